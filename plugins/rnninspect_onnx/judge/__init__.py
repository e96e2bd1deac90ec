"""onnx and onnxruntime as judges of `verify`, in its child process; nothing else imports them."""
