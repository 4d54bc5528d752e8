"""Planted bugs: each must be caught by the suite. `make mutants` plants them one by one and says what caught them."""
