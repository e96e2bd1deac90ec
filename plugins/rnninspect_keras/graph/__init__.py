"""TensorFlow's graphs of operations: decoded, run on shapes, searched for recurrent layers."""
