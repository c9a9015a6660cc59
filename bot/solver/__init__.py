"""The forecast of the rota: plans of many weeks, proved as far as time allows. The one importer of HiGHS.

Read in this order: ``scoring`` (what a plan is worth, by picking's own rules), ``course`` (the same, fast, and the plan
that picks the best team week by week), ``search`` (better plans near a plan), ``model`` (what no plan can go below; its
``rules``, its ``fairness``, and the ``program`` they are said in), ``forecast`` (which joins them), ``tasks`` (all that
is computed here), ``worker`` (how the bot has it computed, in a process of its own).
"""
