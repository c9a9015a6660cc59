"""Measure the bot beside its peers: `make bench`.

Decides how a turn is loaded, counted and compared. Must not know how any peer works inside:
a peer is a command that listens on a port and posts one card for each message.
Reading order: world (who speaks), services (what the bot calls), peers (who is measured),
load (who calls the bot), process (the bot from outside), cells (what is measured), table (what is shown).
"""
