"""Keras' and TensorFlow's own opinions of a file, in the child process of `verify`."""
