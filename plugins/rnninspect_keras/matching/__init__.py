"""Which tensors of a Keras file belong to which layer. Reads no bytes and sizes no cell."""
