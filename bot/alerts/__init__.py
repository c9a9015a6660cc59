"""Alerts: what Bugsnag said, and an error's life here from its first notification to its end."""
