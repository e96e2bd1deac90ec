"""Which tensors belong to which declared layer, or to which layer where nothing is declared."""
