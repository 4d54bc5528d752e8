"""Deploy a release, go back to the last one: the same code over the embedded engine and the Pulumi CLI."""
