"""What the figures in README.md were measured with. `python -m benchmarks` runs everything and writes the table."""
