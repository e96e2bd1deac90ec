"""Recurrent cells that an exporter took apart: translated to the core's graph, and recognised."""
