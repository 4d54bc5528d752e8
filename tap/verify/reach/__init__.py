"""Where packets can go in a network, by its facts alone. Pure."""
