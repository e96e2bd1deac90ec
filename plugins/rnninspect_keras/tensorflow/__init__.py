"""TensorFlow's SavedModels and checkpoints: indexes, object graphs, purposes of variables."""
