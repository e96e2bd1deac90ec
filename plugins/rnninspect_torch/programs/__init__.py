"""TorchScript code and exported graphs, for what they say of layers; nothing is run."""
