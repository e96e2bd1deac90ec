"""The frameworks' opinions in each output format."""
