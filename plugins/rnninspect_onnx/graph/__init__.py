"""Values of a graph: scopes, shapes, constants; not operators, and not layers."""
