"""Storages, tensors and element types, and the calls that rebuild them. No layer is known here."""
