"""What tap_stack.py is made of: pure arithmetic (addresses, names, tags, policies, checks) and builders that use it."""
