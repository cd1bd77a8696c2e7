"""The owner's content: `passages` are read from it, kept in memory and found by `index`, and quoted by `quotes`."""
