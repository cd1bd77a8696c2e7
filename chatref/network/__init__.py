"""Going out to addresses that others chose."""
