"""What closed requests still hold, indexed; and documents of the first version in today's shape.

A claim's next word is a value of its own, and cards carry their buttons. What waits in the outbox is rewritten, so that
nothing that was promised is lost; a dialog that waits there is of no use to anybody and goes.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

HOLDS = sa.text("held <> ''")
PORTION = 500
ALL = "nt"  # names and texts: what the first version kept of each request
Document = dict[str, Any]


def upgrade() -> None:
    """Add the column and its index, and rewrite what changed its shape."""
    op.add_column("requests", sa.Column("held", sa.Text, nullable=False, server_default=""))
    op.execute(sa.text("UPDATE requests SET held = :all WHERE status = 'CLOSED'").bindparams(all=ALL))
    _rewrite("requests", "id", _request)
    _rewrite("outbox", "id", _outgoing)
    op.create_index(
        "requests_held",
        "requests",
        ["tenant", "desk", "held", "closed_at"],
        sqlite_where=HOLDS,
        postgresql_where=HOLDS,
    )


def downgrade() -> None:
    """Drop the column and its index; documents stay as they are."""
    op.drop_index("requests_held", "requests")
    op.drop_column("requests", "held")


def _rewrite(name: str, key: str, new: Callable[[Document], Document | None]) -> None:
    """Replace each document that is not as it should be by what ``new`` makes of it, and drop it for None."""
    table = sa.table(name, *(sa.column(column) for column in ("tenant", "desk", key, "document")))
    keys = (table.c.tenant, table.c.desk, table.c[key])
    connection = op.get_bind()
    for row in _rows(connection, table, keys):
        here = sa.and_(*(column == value for column, value in zip(keys, row[:-1], strict=True)))
        before = json.loads(row[-1])
        after = new(json.loads(row[-1]))
        if after is None:
            connection.execute(sa.delete(table).where(here))
        elif after != before:
            document = json.dumps(after, ensure_ascii=False, separators=(",", ":"))
            connection.execute(sa.update(table).where(here).values(document=document))


def _rows(
    connection: sa.Connection, table: sa.TableClause, keys: tuple[sa.ColumnClause[Any], ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield keys and document of every row, in portions, since there may be more than memory has room for."""
    last: tuple[Any, ...] | None = None
    while True:
        some = sa.select(*keys, table.c.document).order_by(*keys).limit(PORTION)
        rows = connection.execute(some if last is None else some.where(sa.tuple_(*keys) > last)).all()
        yield from map(tuple, rows)
        if len(rows) < PORTION:
            return
        last = tuple(rows[-1][:-1])


def _request(document: Document) -> Document:
    by = document.pop("next_word_by", None)
    if by is not None and document["status"] == "ACKNOWLEDGED":
        document.setdefault("word", {"by": by, "lapses_at": None})
    return document


def _outgoing(envelope: Document) -> Document | None:
    if envelope["view"] == "AskForm":
        return None
    view = envelope["document"].get("view")
    if envelope["view"] == "RequestCard" and "can_claim" in view:
        envelope["document"]["view"] = _request_card(view)
    if envelope["view"] == "NoticeCard":
        view["entries"] = [_entry(entry) if "claimable" in entry else entry for entry in view["entries"]]
    return envelope


def _request_card(old: Document) -> Document:
    presses = []
    if old["can_claim"]:
        presses.append(_button(old, old["claim_label"], "claim", main=True))
    if old["can_solve"]:
        presses.append(_button(old, old["solve_label"], "solve"))
    return {
        "headline": old["headline"],
        "detail": old["detail"],
        "remark": "",
        "also": [],
        "settled": old["settled"],
        "presses": presses,
        "opens": [] if old["settled"] else [_button(old, "Support…", "open", "support")],
        "thread": "",
        "thread_label": "",
    }


def _entry(old: Document) -> Document:
    live = old["waiting"] and old["claimable"]
    return {
        **{name: old[name] for name in ("title", "excerpt", "line", "thread", "waiting")},
        "presses": [_button(old, "I'm looking into it", "claim", main=True)] if live else [],
        "opens": [_button(old, "Ask…", "open", "ask")] if live else [],
    }


def _button(old: Document, title: str, verb: str, step: str = "", *, main: bool = False) -> Document:
    ids = {name: old[name] for name in ("desk", "request", "card")}
    return {**ids, "title": title, "verb": verb, "step": step, "choice": "", "form": "", "seen": "", "main": main}
