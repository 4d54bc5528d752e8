"""Draw a stack: from what its state holds to a topology, to boxes and lines, to files. Pure: values in, text out."""
