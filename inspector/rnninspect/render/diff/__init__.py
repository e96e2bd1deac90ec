"""A comparison in each output format."""
