"""TensorFlow.js: `model.json` with a model or its weights, and the binary shards beside it."""
