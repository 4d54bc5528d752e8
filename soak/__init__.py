"""`make soak`: processes are killed, calls fail, runs race; all of it tried out, and told in figures."""
