"""The subgraphs run once: what a value is made of, through control flow and variables."""
