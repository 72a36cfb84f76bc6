"""The verbs of the command line, one module each. Heavy imports wait until a verb runs."""
