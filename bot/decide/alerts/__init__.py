"""What becomes of alerts."""
