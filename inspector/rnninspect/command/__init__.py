"""Runs a request of the command line: what is printed, where, and the exit code."""

OK, FINDINGS, FAILED = 0, 1, 2  # the exit codes
