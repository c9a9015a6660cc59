"""How ids and addresses are spelt, whoever writes them: operators, sheets, links out of Teams."""

import re

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id of Entra's in lower case: of a person, a tenant, a team or an app."""
EXAMPLE = "6f1c3a52-0d5e-4b7a-9c1d-2e8f4a6b7c90"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
"""A channel's id in Slack; names of channels have no capitals there."""
