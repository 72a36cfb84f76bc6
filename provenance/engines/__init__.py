"""Scans on other machines than this one: the same rooms, another way of bringing them together."""
