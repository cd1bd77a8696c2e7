"""What the owner tells the assistant, and what its model costs."""
