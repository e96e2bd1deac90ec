"""onnx's and onnxruntime's own opinions of a file, in the child process of `verify`."""
