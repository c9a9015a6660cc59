"""The journal's statements, built once; what each of them asks or changes can be read here in one place.

Those that write take lists of rows. Upserts are spelt alike by SQLite and PostgreSQL.
"""

from sqlalchemy import (
    Boolean,
    Table,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import GenericFunction

from bot.store.schema import (
    HOLDS,
    IS_LIVE,
    IS_OPEN,
    alert_names,
    alerts,
    changes,
    commons,
    desks,
    documents,
    notices,
    outbox,
    records,
    references,
    requests,
    rotas,
    shown,
    texts,
)


class has(GenericFunction[bool]):  # noqa: N801 - a function of SQL
    """Say whether a text has a word in it, letter by letter."""

    type = Boolean()
    inherit_cache = True


@compiles(has)
def _instr(call: has, compiler: SQLCompiler, **named: object) -> str:
    return f"(instr({compiler.process(call.clauses, **named)}) > 0)"


@compiles(has, "postgresql")
def _strpos(call: has, compiler: SQLCompiler, **named: object) -> str:
    return f"(strpos({compiler.process(call.clauses, **named)}) > 0)"


def _here(table: Table) -> ColumnElement[bool]:
    return (table.c.tenant == bindparam("tenant_")) & (table.c.desk == bindparam("desk_"))


def _put(table: Table) -> Insert:
    statement = upsert(table)
    keys = [column.name for column in table.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def _put_texts() -> Insert:
    """Return what keeps a vector as long as its text is the same, and writes nothing where nothing has changed."""
    statement = upsert(texts)
    new = statement.excluded
    same = texts.c.text == new.text
    told = [one for one in texts.c if one.name in ("text", "status", "outcome", "common", "helped", "unlike")]
    rest = {one.name: new[one.name] for one in (texts.c.revision, texts.c.posted_at, *told)}
    kept = {one.name: case((same, one)) for one in (texts.c.vector, texts.c.encoder)}
    changed = or_(*(one != new[one.name] for one in told))
    keys = [column.name for column in texts.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={**rest, **kept}, where=changed)


def _any(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(bindparam("some", expanding=True))


ADVANCE = (
    update(desks)
    .where(_here(desks), desks.c.revision == bindparam("old"))
    .values(revision=desks.c.revision + text("1"))
)
ADD_DESK = insert(desks)
PUT_INFO = update(desks).where(_here(desks)).values(channel=bindparam("channel_"), info=bindparam("info_"))
PUT_FACTS = update(desks).where(_here(desks)).values(facts=bindparam("facts_"))
ADD_RECORDS = insert(records)
PUT_REQUESTS = _put(requests)
PUT_TEXTS = _put_texts()
PUT_ALERTS = _put(alerts)
PUT_ALERT_NAMES = _put(alert_names)
PUT_COMMONS = _put(commons)
DROP_COMMONS = delete(commons).where(_here(commons), commons.c.id == bindparam("id_"))
PUT_NOTICES = _put(notices)
DROP_NOTICES = delete(notices).where(_here(notices), notices.c.key == bindparam("key_"))
PUT_OUTGOING = _put(outbox)
STRIKE = delete(outbox).where(_here(outbox), outbox.c.id == bindparam("id_"))
PUT_SHOWN = _put(shown)
PUT_REFERENCE = _put(references)
ADD_ROTA = insert(rotas)
PUT_ROTA = update(rotas).where(_here(rotas)).values(document=bindparam("document_"), written=false())
UNWRITTEN = update(rotas).where(_here(rotas)).values(written=false())
ROTA_WRITTEN = (
    update(rotas)
    .where(_here(rotas))
    .values(checksum=bindparam("checksum_"), written=rotas.c.document == bindparam("document_"))
)

ADD_CHANGE = insert(changes)
DROP_CHANGES = delete(changes).where(_here(changes), changes.c.revision <= bindparam("until_"))
CHANGED = (
    select(changes.c.revision, changes.c.subjects)
    .where(_here(changes), changes.c.revision > bindparam("since_"))
    .order_by(changes.c.revision)
)
STRIKE_MINE = (
    delete(outbox)
    .where(_here(outbox), _any(outbox.c.id), outbox.c.holder.in_(bindparam("mine", expanding=True)))
    .returning(outbox.c.id)
)
ONE_DOCUMENT = select(documents.c.version, documents.c.content).where(
    _here(documents), documents.c.name == bindparam("name_")
)
LOOK_AT_DOCUMENT = select(
    documents.c.version, func.length(documents.c.content), func.hashtext(documents.c.content)
).where(_here(documents), documents.c.name == bindparam("name_"))
ADD_DOCUMENT = upsert(documents).on_conflict_do_nothing().returning(documents.c.name)
PUT_DOCUMENT = (
    update(documents)
    .where(_here(documents), documents.c.name == bindparam("name_"), documents.c.version == bindparam("version_"))
    .values(version=bindparam("version_") + text("1"), content=bindparam("content_"))
)
DROP_DOCUMENT = delete(documents).where(_here(documents), documents.c.name == bindparam("name_"))
_DATED = (documents.c.name >= bindparam("begin_")) & (documents.c.name < bindparam("before_"))
DATED_DOCUMENTS = select(documents.c.name, documents.c.content).where(documents.c.desk == bindparam("desk_"), _DATED)
DROP_DATED = delete(documents).where(_DATED)
DROP_DATED_OF_DESK = DROP_DATED.where(documents.c.desk == bindparam("desk_"))
OTHERS = select(outbox.c.key).where(_here(outbox), _any(outbox.c.key), outbox.c.holder != bindparam("me_")).distinct()
TAKE_TURN = select(desks.c.revision).where(_here(desks)).with_for_update()
REVISIONS = select(desks.c.tenant, desks.c.desk, desks.c.revision)
NOTICES_BY_KEY = select(notices.c.key, notices.c.document).where(_here(notices), _any(notices.c.key))
COMMONS_BY_ID = select(commons.c.id, commons.c.document).where(_here(commons), _any(commons.c.id))

REMOVE_DESK = tuple(
    delete(table).where(_here(table))
    for table in (records, alert_names, alerts, commons, notices, shown, changes, rotas, desks)
)

ANY_REQUEST = select(requests.c.id).where(_here(requests)).limit(1)
ANY_OUTGOING = select(outbox.c.id).where(_here(outbox)).limit(1)
ALL_DESKS = select(desks.c.tenant, desks.c.desk, desks.c.info).order_by(desks.c.tenant, desks.c.desk)
TAKEN = select(desks.c.desk).where(
    (desks.c.desk == bindparam("desk_"))
    | ((desks.c.tenant == bindparam("tenant_")) & (desks.c.channel == bindparam("channel_")))
)
ONE_DESK = select(desks.c.revision, desks.c.info, desks.c.facts).where(_here(desks))
ONE_ROTA = select(rotas.c.document, rotas.c.checksum, rotas.c.written).where(_here(rotas))
OPEN_REQUESTS = (
    select(requests.c.id, requests.c.document)
    .where(_here(requests), requests.c.status != "CLOSED")
    .order_by(requests.c.posted_at, requests.c.id)
)
LIVE_ALERTS = select(alerts.c.id, alerts.c.document).where(_here(alerts), text(IS_LIVE)).order_by(alerts.c.id)
ALL_COMMONS = select(commons.c.id, commons.c.document).where(_here(commons)).order_by(commons.c.id)
ALL_NOTICES = select(notices.c.key, notices.c.document).where(_here(notices)).order_by(notices.c.key)
ALL_OUTGOING = (
    select(outbox.c.id, outbox.c.document, outbox.c.event)
    .where(_here(outbox), outbox.c.holder == bindparam("holder_"))
    .order_by(outbox.c.revision, outbox.c.position)
)
KNOWN_KEYS = select(records.c.key).where(_here(records), _any(records.c.key))
REQUESTS_BY_ID = select(requests.c.id, requests.c.document).where(_here(requests), _any(requests.c.id))
REQUESTS_BY_PLACE = select(requests.c.id, requests.c.document).where(_here(requests), _any(requests.c.place))
CLOSED_SINCE = (
    select(requests.c.id, requests.c.document)
    .where(_here(requests), text(HOLDS), _any(requests.c.held), requests.c.closed_at >= bindparam("since_"))
    .order_by(requests.c.posted_at, requests.c.id)
)
CHANGED_TEXTS = (
    select(texts)
    .where(
        _here(texts),
        tuple_(texts.c.revision, texts.c.request) > tuple_(bindparam("revision_"), bindparam("request_")),
    )
    .order_by(texts.c.revision, texts.c.request)
    .limit(bindparam("most_"))
)
KEEP_VECTOR = (
    update(texts)
    .where(_here(texts), texts.c.request == bindparam("request_"), texts.c.text == bindparam("text_"))
    .values(vector=bindparam("vector_"), encoder=bindparam("encoder_"))
)
ALERTS_BY_ID = select(alerts.c.id, alerts.c.document).where(_here(alerts), _any(alerts.c.id))
ALERTS_BY_NAME = (
    select(alerts.c.id, alerts.c.document)
    .join(
        alert_names,
        (alert_names.c.tenant == alerts.c.tenant)
        & (alert_names.c.desk == alerts.c.desk)
        & (alert_names.c.alert == alerts.c.id),
    )
    .where(_here(alert_names), _any(alert_names.c.name))
)
ONE_ADDRESS = select(shown.c.service_url, shown.c.conversation, shown.c.activity).where(
    _here(shown), shown.c.key == bindparam("key_")
)
HELD = (  # of one kind each, so that the index has them in this order
    select(requests.c.id, requests.c.closed_at)
    .where(
        _here(requests),
        text(HOLDS),
        requests.c.held == bindparam("held_"),
        requests.c.closed_at <= bindparam("until_"),
    )
    .order_by(requests.c.closed_at)
    .limit(bindparam("most_"))
)
ALERTS_HELD = (
    select(alerts.c.id, alerts.c.ended_at)
    .where(_here(alerts), text(HOLDS), alerts.c.held == bindparam("held_"), alerts.c.ended_at <= bindparam("until_"))
    .order_by(alerts.c.ended_at)
    .limit(bindparam("most_"))
)
ALERTS_NAMING = union_all(
    *(
        select(alerts.c.id, alerts.c.document).where(_here(alerts), which, has(alerts.c.document, bindparam("word_")))
        for which in (text(IS_LIVE), text(HOLDS) & _any(alerts.c.held))
    )
)
RECORDED = (
    select(records.c.revision, records.c.recorded_at)
    .where(_here(records), records.c.revision >= bindparam("since_"))
    .order_by(records.c.revision, records.c.position)
    .limit(bindparam("most_"))
)
NAMING = union_all(  # each by its index, instead of through all that was ever asked
    *(
        select(requests.c.id, requests.c.document).where(
            _here(requests), which, has(requests.c.document, bindparam("word_"))
        )
        for which in (text(IS_OPEN), text(HOLDS) & _any(requests.c.held))
    )
)
FORGET_ACTS = (
    update(records)
    .where(_here(records), records.c.revision >= bindparam("since_"), records.c.revision < bindparam("until_"))
    .values(actor="")
)
FORGET_ACTOR = update(records).where(_here(records), records.c.actor == bindparam("person_")).values(actor="")
FORGET_MESSAGES = delete(shown).where(
    _here(shown), shown.c.key >= bindparam("first_"), shown.c.key < bindparam("after_")
)
FORGET_COPIES = delete(shown).where(_here(shown), has(shown.c.key, bindparam("ending_")))
FORGET_PLACE = delete(references).where(
    references.c.tenant == bindparam("tenant_"), references.c.place == bindparam("place_")
)

SILENT = (
    select(references.c.place)
    .where(
        references.c.tenant == bindparam("tenant_"),
        references.c.place.startswith(bindparam("chats_")),
        references.c.place.not_in(
            select(bindparam("chats_") + records.c.actor).where(records.c.tenant == bindparam("tenant_"))
        ),
    )
    .order_by(references.c.place)
)
REMEMBERED = (
    select(records.c.key).where(_here(records), records.c.actor == bindparam("person_")).limit(1),
    select(references.c.place).where(
        references.c.tenant == bindparam("tenant_"), references.c.place == bindparam("place_")
    ),
)

SOME_REFERENCES = select(references).where(references.c.tenant == bindparam("tenant_"), _any(references.c.place))
ALL_REFERENCES = select(references).order_by(references.c.tenant, references.c.place)
HISTORY = (
    select(
        records.c.key,
        records.c.kind,
        records.c.happened_at,
        records.c.recorded_at,
        records.c.actor,
        records.c.matters,
    )
    .where(_here(records))
    .order_by(records.c.revision, records.c.position)
)
