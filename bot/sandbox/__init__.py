"""A Teams, a Slack, a Jira and a GitHub of our own on 127.0.0.1, with a web page: how to try, show and test Hotseat.

No account is needed. Speaks their own protocols to the unmodified bot over HTTP, so it imports nothing of the bot and
nothing imports it. Reading order: `cast` (who plays), `clock`, `world` (what has been said), `activity` (what Teams
would send), `delivery` (sending it), `connector` (what the bot may call), `acts` (what a person may do), `story` (*Play
a day*); then the bridge: `faults` (what goes wrong on purpose), `bugsnag` (errors, and what is said of them),
`envelope` (what Slack would send), `hooks` (sending it), `workspace` (what happens in Slack), `slack` (what the bot may
call there), `board` and `jira` (the same for Jira), `repository` and `github` (and for GitHub); `view` and `page` (the
web page's interface), `archive` (kept between two starts), `service` (all of it joined), `bot` (the bot as a child
process), `__main__` (options, and what starts what). The page itself is in `web/`, the handbook in `handbook.md`.
"""
