"""`make rehearse`: plays the workflow that deploys, from its own file, on the embedded AWS."""
