"""Runs a request of the command line: what is printed, where, and the exit code."""

OK, FINDINGS, FAILED = 0, 1, 2  # the exit codes
MANY = 128  # models from which on several processes gain more time than their start takes
