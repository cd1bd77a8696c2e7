"""The sites that embed the widget."""
