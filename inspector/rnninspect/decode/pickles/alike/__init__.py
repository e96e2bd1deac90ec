"""Objects of a pickle that are built like the one before them, such as the modules of a list."""
