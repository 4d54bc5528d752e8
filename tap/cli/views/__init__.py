"""What people and programs see. Only this package and the commands print; deciding what to print is pure."""
