"""Hotseat: a Microsoft Teams bot that runs a backend team's support rota.

Read in this order: ``events`` (what can happen), ``decide`` (what follows from it), ``effects`` (what is made known),
``desk`` (the shell that joins them to a journal and a courier), ``teams`` (the door), ``app`` (where it is all joined).

The law of imports: app -> (teams | store | alarm | calendars) -> (courier | desks) -> desk -> batch ->
(ports | decide | standing) -> effects -> (views | events) -> state -> (support | commands) -> rota ->
(policy | hours) -> people -> errors.
Arrows skip downwards, never up. From ``decide`` down there is the standard library only: no ``async``, clock or log.
"""
