"""Reading the owner's content: fetched within limits, extracted in a process of its own, published as a whole."""
