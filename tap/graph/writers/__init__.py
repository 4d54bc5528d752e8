"""A drawing as text: HTML, SVG, Mermaid, DOT, JSON."""
