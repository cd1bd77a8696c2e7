"""The inbox's conversations: lists, details, and what agents do with them."""
