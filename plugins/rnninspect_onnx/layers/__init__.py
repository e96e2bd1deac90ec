"""Recurrent layers from recurrent nodes and what is known of their inputs."""
