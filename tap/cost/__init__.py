"""What a stack costs in a month, from its resources and a table of prices. Pure but for reading the two files."""
