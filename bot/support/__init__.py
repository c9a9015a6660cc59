"""Requests in the desk's channel: their life, their clocks, and the words in which people read of them."""
