"""What torch's pickles mean: storages, tensors, element types. Nothing here knows layers."""
