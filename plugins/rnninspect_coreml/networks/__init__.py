"""Neural networks: layers with their weights, before ML programs (NeuralNetwork.proto)."""
