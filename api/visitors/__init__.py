"""The widget's routes: a visitor's side of one conversation."""
