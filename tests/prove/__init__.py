"""The proof run: what the bot promises, tried from outside while it is killed and its services misbehave: `make prove`.

Reading order: ledger (what Teams has seen), checker (what must be true of it), faults and connector (how Teams
misbehaves), clock (the desks' time), sender (who posts and presses), fleet and killed (the bot's processes, and where
they die), journal (what was stored, read as plain rows), run (one proof), naive (a bot that must be caught).
Only town and killed know the bot; the checker imports nothing of it.
"""
