"""``alerts``: what is open, the reader's own first, then what nobody has, then the others'."""

from bot.alerts.alert import Alert, Status
from bot.decide.alerts import cards, storms
from bot.decide.draft import Draft
from bot.events import Message
from bot.views import Button, ListCard, ListRow

MOST_ROWS = 20
EXCERPT = 120


def open_alerts(draft: Draft, event: Message) -> ListCard:
    """Return what is open, each by age; nobody's before the others'. Those of a kind in a storm are one row."""
    me = event.author.id
    live = [one for one in draft.alerts() if one.is_live]
    live.sort(key=lambda one: (_turn(one, me), one.triggered_at, int(one.id.partition("-")[2])))
    if not live:
        return ListCard("No alert is open", (), "Somebody has looked into each of them.")
    rows: dict[tuple[object, ...], list[Alert]] = {}
    for one in live:
        same = (one.storm, storms.kind_of(one), one.owner) if one.storm else (one.id,)
        rows.setdefault(same, []).append(one)
    shown = [*rows.values()][:MOST_ROWS]
    more = len(live) - sum(map(len, shown))
    count = "One alert is open" if len(live) == 1 else f"{len(live)} alerts are open"
    note = f"… and {more} more." if more > 0 else ""
    return ListCard(count, tuple(_row(draft, some, event) for some in shown), note)


def _turn(alert: Alert, me: str) -> int:
    if alert.status is Status.TRIGGERED:
        return 1
    return 0 if alert.owner and alert.owner.id == me else 2


def _row(draft: Draft, some: list[Alert], event: Message) -> ListRow:
    alert, others = some[0], len(some) - 1
    many = f" and {'more' if alert.owner else f'{others} more'} of its kind" if others else ""  # nobody's are counted
    button = Button(draft.desk.id, alert.id, f"list:{event.key}", cards.MORE, "open", "alert")
    return ListRow(
        title=f"{cards.title(alert)} · {alert.id}{many}",
        excerpt=cards.excerpt(alert, EXCERPT),
        line=cards.headline(draft, alert),
        waiting=alert.status is Status.TRIGGERED,
        presses=(),
        opens=(button,),
        thread="",
        thread_label="",
    )
