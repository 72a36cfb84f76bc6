"""What was found, for people and for programs. Pure: values in, text out."""
