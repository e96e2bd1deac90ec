"""A report in each output format."""
