"""The Slack door: what Slack tells, live or in its history, and what leaves for it."""
