"""The summary of a scan: all models by format and verdict, the largest, those with a fault."""
