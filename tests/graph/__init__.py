"""Reading what Teams did not deliver."""
