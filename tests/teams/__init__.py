"""The Teams door."""
