"""What must survive a crash: the durable workflows and the messages they take."""
