"""What the tool knows without a file: rules, readers, cells, and the arithmetic of a layer."""
