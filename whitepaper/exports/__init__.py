"""What readers and machines can take away."""
