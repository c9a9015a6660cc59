"""The Slack door: what leaves for Slack."""
