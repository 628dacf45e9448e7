"""The small program that builds the white paper: texts in, a checked and navigable site out."""
