"""Alerts: what Bugsnag said, and what becomes of it."""
