"""The three pictures of a topology, as boxes and lines."""
