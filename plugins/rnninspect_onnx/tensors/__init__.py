"""Every stored tensor: its purpose, its bytes, its file; not the layer that uses it."""
