"""Model, SubGraph, Tensor, Operator … decoded from their tables without their payloads."""
