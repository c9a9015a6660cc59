"""Tickets for another team: made once for a matter, refused, unclear, done; and the form by which they are."""
