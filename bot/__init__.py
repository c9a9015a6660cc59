"""Hotseat: a Microsoft Teams bot that runs a backend team's support rota.

Read in this order: ``events`` (what can happen), ``decide`` (what follows from it), ``effects`` (what is made known),
``desk`` (the shell that joins them to a journal and a courier), ``teams`` (the door; others are ``slack``, ``bugsnag``,
``jira`` and ``github``), ``app`` (where it is all joined).

Who may import whom is the contract "The house's floors" in pyproject.toml, which names every module, from
``__main__`` down to ``errors``; ``make lint`` checks it. From ``decide`` down there is the standard library only: no
``async``, clock or log.
"""
