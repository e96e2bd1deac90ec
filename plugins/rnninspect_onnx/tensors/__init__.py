"""Every tensor that a model stores: its purpose, its bytes, and the file they are in."""
