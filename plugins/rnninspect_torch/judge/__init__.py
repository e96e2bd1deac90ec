"""Torch's opinion of a file, in the child process of `verify`; nothing else imports torch."""
