"""TorchScript code and exported graphs: the layers that they declare. No tensor is read here."""
