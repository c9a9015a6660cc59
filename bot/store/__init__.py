"""Where everything is kept: the journal (SQL), the rota's file (TinyDB), sheets (CSV), and fakes of them.

The only importers of SQLAlchemy, Alembic and TinyDB. Nothing here knows what any value means.
"""
