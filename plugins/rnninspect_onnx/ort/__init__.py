"""ONNX Runtime's own format (.ort): its FlatBuffers tables, decoded into ONNX's messages."""
