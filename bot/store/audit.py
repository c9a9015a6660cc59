"""A desk as an auditor reads it: what falls due, and what waits in the outbox, in one transaction.

Of the requests only those are read whose next step was due, by their index, so that it costs the same however many are
open. It must not know what is overdue: that the auditor decides.
"""

from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, func, select, text

from bot.alerts.alert import Alert
from bot.errors import Refused
from bot.ports import Audit, Pending
from bot.rota.shift import Rota
from bot.state import DeskInfo, Facts, State
from bot.store import statements as sql
from bot.store.document import parse
from bot.store.schema import IS_OPEN, outbox, requests
from bot.store.writing import instant
from bot.support.recurrence import Common
from bot.support.request import Request

MOST_DUE = 20
MOST_PENDING = 500

_LATE = (
    requests.c.tenant == bindparam("tenant_"),
    requests.c.desk == bindparam("desk_"),
    text(IS_OPEN),
    requests.c.next_at <= bindparam("due_"),
)
_DUE = (
    select(requests.c.id, requests.c.document).where(*_LATE).order_by(requests.c.next_at, requests.c.id).limit(MOST_DUE)
)
_COUNT = select(func.count()).select_from(requests).where(*_LATE)
_HERE = (outbox.c.tenant == bindparam("tenant_"), outbox.c.desk == bindparam("desk_"))
_PENDING = (
    select(outbox.c.id, outbox.c.key, outbox.c.document)
    .where(*_HERE, outbox.c.holder.in_(("", bindparam("holder_"))))
    .order_by(outbox.c.revision, outbox.c.position)
    .limit(MOST_PENDING)
)
_TOTAL = select(func.count()).select_from(outbox).where(*_HERE)


def audit(connection: Connection, tenant: str, desk: str, due: datetime, holder: str) -> Audit:
    """Return the desk; raise Refused where it is unknown.

    Of what waits those are told that ``holder`` delivers, or nobody yet: each replica looks after its own.
    """
    here = {"tenant_": tenant, "desk_": desk}
    row = connection.execute(sql.ONE_DESK, here).first()
    rota = connection.execute(sql.ONE_ROTA, here).first()
    if row is None or rota is None:
        message = f"There is no desk {desk}."
        raise Refused(message)
    name = f"{tenant} {desk}"
    alerts = connection.execute(sql.LIVE_ALERTS, here).all()
    commons = connection.execute(sql.ALL_COMMONS, here).all()
    when = {**here, "due_": instant(due)}
    late = connection.execute(_DUE, when).all()
    state = State(
        parse(DeskInfo, row.info, f"desks {name}"),
        parse(Rota, rota.document, f"rotas {name}"),
        parse(Facts, row.facts, f"desks {name}, facts"),
        {id_: parse(Request, document, f"requests {name} {id_}") for id_, document in late},
        alerts={id_: parse(Alert, document, f"alerts {name} {id_}") for id_, document in alerts},
        commons={id_: parse(Common, document, f"commons {name} {id_}") for id_, document in commons},
    )
    pending = connection.execute(_PENDING, {**here, "holder_": holder}).all()
    return Audit(
        state,
        connection.execute(_COUNT, when).scalar_one() if len(late) == MOST_DUE else len(late),
        tuple(Pending(id_, key, str(orjson.loads(document)["effect"])) for id_, key, document in pending),
        connection.execute(_TOTAL, here).scalar_one(),
    )
