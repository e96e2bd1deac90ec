"""Operators of programs translated to the core's neutral graph, where cells may be taken apart."""
