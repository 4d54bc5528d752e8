"""The fixed fake credentials of the embedded AWS: known to everyone, and good for nothing else."""

ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105  - not a secret: every AWS emulator takes these by convention
DEFAULT_REGION = "us-east-1"
