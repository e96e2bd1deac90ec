"""Which files and folders under a folder are models: what is left out, what belongs together."""
