"""Runs a request of the command line: what is printed, where, and the exit code."""
