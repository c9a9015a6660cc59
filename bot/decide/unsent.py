"""Words that were typed into a form about a request and not sent: they go along with whoever leaves it.

A button that leads to another step carries what the form was drawn with (its ``form``: "step/choice|marks"), and the
client sends what stands in the form's fields. What differs comes back as a field of the next form, whose id says of
which step, choice and field it is, and is put back there once that form is opened again. Must know of the steps'
fields only which hold words, and which of them are about a ticket.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.decide.marks import FULL, SHORT, mark, marked, read
from bot.events import Open, Press, Send
from bot.views import Field

WORDS = MappingProxyType(
    {
        "text": "",
        "note": "",
        "reason": "why it was done",
        "difficulty_why": "why this difficulty",
        "risk_why": "why this risk",
        "link": "link",
        "ticket": "key",
        "who": "to whom",
        "summary": "summary",
        "description": "description",
        "happened": "what happened",
        "impact": "impact",
        "steps": "steps",
    }
)
"""The fields for people's own words, in every form about a request, with what tells them from a form's main text."""
OF_TICKET = frozenset({"ticket", "summary", "description", "happened", "impact", "steps"})
"""The fields about a ticket, which are the same in whichever form they stand."""
KEPT = "kept"  # the id of a field for words that were not sent begins so
NOT_SENT = "Not sent yet"
CHOSEN = "~"  # ends the ids of the fields that are chosen in, among the marks of what a form was drawn with


def drawn(fields: Iterable[Field]) -> str:
    """Return what stands in the fields of a form, as its buttons carry that."""
    own = [field for field in fields if not field.id.startswith(f"{KEPT}/")]
    return ",".join(f"{field.id}{'' if is_text(field) else CHOSEN}={mark(field.value, FULL)}" for field in own)


def is_worded(event: Press) -> bool:
    """Say whether a form that was sent, or left for another, holds words of its writer."""
    return bool(kept(event)) or (isinstance(event, Send) and bool(_written(event)))


def kept(event: Press) -> dict[str, str]:
    """Return the words that were not sent, by the ids of their fields: kept before, and of a form that was left."""
    sent = event.fields if isinstance(event, Open | Send) else {}
    before = {id_: said for id_, said in sent.items() if id_.startswith(f"{KEPT}/") and visible(said)}
    if not isinstance(event, Open):
        return before
    stood, own, chosen = _stood(event.form), event.form.partition("|")[0], _chosen(event)
    texts = {id_: sent.get(id_, "") for id_ in stood if not id_.endswith(CHOSEN)}
    typed = {id_: said for id_, said in texts.items() if visible(said) and mark(said, FULL) != stood[id_]}
    return before | {f"{KEPT}/{own}/{id_}{chosen}": said for id_, said in typed.items()}


def given_back(event: Send) -> dict[str, tuple[str, str]]:
    """Return what somebody wrote in a form that could not be sent: which text it is, and its words, by new ids."""
    own, chosen = f"{event.step}/{event.choice.partition(':')[0]}", _chosen(event)
    return {f"{KEPT}/{own}/{id_}{chosen}": (WORDS[id_], event.fields[id_]) for id_ in _written(event)}


def kept_of(id_: str) -> tuple[str, str, str]:
    """Return of which step, which choice in it, and which field words are that were not sent, "" for all others."""
    begin, step, choice, field, *_ = *id_.split("/"), "", "", ""
    return (step, choice, field) if begin == KEPT else ("", "", "")


def take(waiting: dict[str, str], own: str, fields: tuple[Field, ...]) -> dict[str, str]:
    """Take out of what is ``waiting`` what is of a form itself: its words, and what was chosen with them.

    What was written about a ticket in another form is of this one, too, if it has nothing of its own there.
    """
    taken: dict[str, str] = {}
    known, begin = {field.id: field for field in fields}, f"{KEPT}/{own}/"
    mine = [(id_, *id_.removeprefix(begin).partition("/")) for id_ in waiting if id_.startswith(begin)]
    for id_, field, _, chosen in [one for one in mine if one[1] in known]:
        taken[field] = waiting.pop(id_)
        for name, marks in (one.split("=", 1) for one in chosen.split(",") if "=" in one):
            if name in known and known[name].choices:
                taken[name] = ",".join(one.id for one in known[name].choices if mark(one.id) in read(marks))
    for id_, field in [(id_, kept_of(id_)[2]) for id_ in waiting]:
        if field in OF_TICKET and field in known and field not in taken:
            taken[field] = waiting.pop(id_)
    return taken


def is_text(field: Field) -> bool:
    """Say whether something is written into a field."""
    return field.is_long or field.is_short or field.is_kept


def visible(said: str) -> bool:
    """Say whether there is anything to be seen in a text."""
    return any(sign.isprintable() and not sign.isspace() for sign in said)


def filled(fields: Mapping[str, str], field: str) -> str:
    """Return what was written into a field, "" where there is nothing to be seen."""
    said = fields.get(field, "").strip()
    return said if visible(said) else ""


def _stood(form: str) -> dict[str, str]:
    """Return the marks of what stood in the fields of a form, by their ids, as its buttons carry them."""
    return dict(one.split("=", 1) for one in form.rpartition("|")[2].split(",") if "=" in one)


def _written(event: Send) -> list[str]:
    """Return the ids of the fields that hold words of their sender, and not what stood ready there."""
    stood = _stood(event.form)
    texts = [id_ for id_ in WORDS if f"{id_}{CHOSEN}" not in stood and filled(event.fields, id_)]
    return [id_ for id_ in texts if mark(event.fields[id_], FULL) != stood.get(id_)]


def _chosen(event: Open | Send) -> str:
    """Return what was chosen otherwise than it stood in a form, as the ids of the words that are kept of it carry it.

    Of each choice it is the mark: ids are too long.
    """
    parts = []
    for id_, stood in _stood(event.form).items():
        said = event.fields.get(id_.removesuffix(CHOSEN), "")
        if id_.endswith(CHOSEN) and mark(said, FULL) != stood:
            parts.append(f"{id_.removesuffix(CHOSEN)}={marked((one.strip() for one in said.split(',')), SHORT)}")
    return "/" + ",".join(parts) if parts else ""
