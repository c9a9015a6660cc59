"""The bot under attack: what strangers, colleagues and other systems may send, and what must never come of it."""
