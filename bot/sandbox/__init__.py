"""A Teams of our own on 127.0.0.1, with a web page: how to try, show and test Hotseat without an account.

Speaks the Bot Framework connector protocol to the unmodified bot over HTTP, so it imports nothing of the bot and
nothing imports it. Reading order: `cast` (who plays), `clock`, `world` (what has been said), `activity` (what Teams
would send), `delivery` (sending it), `connector` and `slack` (what the bot may call), `acts` (what a person may do),
`story` (*Play a day*), `view` and `page` (the web page's interface), `archive` (kept between two starts), `service`
(all of it joined), `bot` (the bot as a child process), `__main__` (options, and what starts what). The page itself is
in `web/`.
"""
