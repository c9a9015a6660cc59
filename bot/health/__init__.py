"""How the bot is, for whoever operates it: readiness, metrics, an auditor, a heartbeat, and the site that tells them.

Nothing here takes part in the work, and nothing of the work waits for it.
"""
