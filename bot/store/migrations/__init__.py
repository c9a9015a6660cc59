"""The journal's migrations, run by Alembic when the journal is opened and stands at an older version."""
