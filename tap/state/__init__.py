"""The state of a stack on disk: Pulumi's checkpoint in the layout of its `file://` backend, a journal and a lock."""
