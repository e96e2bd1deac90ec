"""Keras' and TensorFlow's own counts for `verify`, in a child process. No reader imports it."""
