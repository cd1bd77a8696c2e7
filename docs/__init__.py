"""The documentation. `generate` writes the parts of it that the code already says."""
