"""The judge of GGUF files."""
