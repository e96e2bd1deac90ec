"""The bytes of a GGUF file: header, key-values, tensor table; knows no layer."""
