"""Headers of safetensors in columns, without an object for each of their tensors."""
