"""ONNX's messages and how they are decoded, without payloads; not what an operator computes."""
