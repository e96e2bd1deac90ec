"""Operators translated to the core's neutral graph, where cells may have been taken apart."""
