"""The policies, a file a topic; each file's POLICIES is what the pack runs."""
