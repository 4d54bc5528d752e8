"""What a pull request would change, where its reviewers see it: decided in values, and one thin layer posts it."""
