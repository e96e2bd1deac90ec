"""The neutral description of a model: layers, stored tensors, oddities. No bytes are read here."""
