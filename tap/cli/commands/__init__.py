"""One file for each command or small group: parse, call, show."""
