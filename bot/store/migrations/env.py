"""What Alembic runs: the scripts, on the connection and in the transaction that the journal gives it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
