"""Whether what was read makes sense together: findings, each at its place in one file."""
