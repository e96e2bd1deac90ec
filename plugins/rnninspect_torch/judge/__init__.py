"""torch's own opinion of a file, in the child process of `verify`."""
