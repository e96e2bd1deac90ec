"""SavedModels and checkpoints, from files to layers. No file that Keras alone writes."""
