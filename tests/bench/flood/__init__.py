"""The load bench: a flood of posts at a chosen rate, at one bot and at two, and what leaves it meanwhile.

Reading order: `__main__` (which parts there are), `parts` (one bot), `replicas` (one and two on PostgreSQL), `crowd`
and `strangers` (who calls), `connector` (where everything arrives), `ledger` (what is read from that), `verdicts`.
"""
