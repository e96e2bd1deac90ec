"""An audit in each output format."""
