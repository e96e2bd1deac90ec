"""ONNX's messages and how they are decoded, without the payloads. Nothing here knows operators."""
