"""A report's figures in words: the sentences that a card begins with and the command line says."""

from datetime import date, timedelta

from bot.alerts.alert import Status
from bot.rota.presence import DAY, WEEK, working_days
from bot.rota.shift import Role
from bot.support.report import FEWEST, AtEdge, Counted, Recurring, Report, Served, Speed
from bot.support.words import HOUR, MINUTE, dated, length, listed, moment

SECOND = timedelta(seconds=1)
MOST_TICKETS = 3
NOT_YET = "still open"
STANDINGS = {
    Status.TRIGGERED: "waiting",
    Status.ACKNOWLEDGED: "in hand",
    Status.TICKETED: "with a ticket",
    Status.RESOLVED: "resolved",
    Status.IGNORED: "ignored",
}
COUNTED = (
    "Times are support hours until the first response. Follow-ups count with their request; what was withdrawn, or was "
    "no request, does not count."
)
DISCREET = f"Times are left out where fewer than {FEWEST} were answered, or one person alone served."


def recurring(one: Recurring) -> str:
    """Return what came again by its title, or that nobody wrote it down yet."""
    return f"not written down yet ({one.id})" if one.title == one.id else one.title


def title(report: Report) -> str:
    """Name the iteration: "Report: Wed 18 Nov to Tue 24 Nov", and whether it is over."""
    first, today = report.period.iteration, report.period.hours.local(report.period.now).date()
    last = first + WEEK - DAY
    return f"Report: {dated(first, today)} to {dated(last, today)}{'' if report.over else ', so far'}"


def requests(report: Report) -> str:
    """Say how many requests there were, and how soon they had an answer."""
    counted, outside = report.figures.requests, report.figures.outside
    if not counted.count:
        return "No requests."
    said = [_counted(counted, "request", report.period.limit, "had an answer", "answered")]
    said += [f"{outside} came outside support hours."] if outside else []
    return " ".join(said)


def alerts(report: Report) -> str:
    """Say the same of alerts."""
    counted = report.figures.alerts
    if not counted.count:
        return "No alerts."
    said = _counted(counted, "alert", report.period.limit, "were taken", "taken")
    stand = ", ".join(f"{count} {standing(name)}" for name, count in report.figures.standings)
    return f"{said} Now: {stand}."


def tickets(report: Report) -> str:
    """Say which tickets are open at Edge now, the oldest first; "" for none."""
    some = report.tickets
    if not some:
        return ""

    def said(one: AtEdge) -> str:
        since = moment(one.at, report.period.now, report.period.hours, dated=True).partition(",")[0]
        return f"{one.key} since {since}"

    named = [said(one) for one in some[:MOST_TICKETS]]
    more = len(some) - MOST_TICKETS
    named += [f"{more} more"] if more > 0 else []
    return f"{_many(len(some), 'ticket')} open at Edge now: {', '.join(named)}."


def team(report: Report) -> list[tuple[str, str]]:
    """Say who served: each role that somebody had, and who, on which days where that was not on all."""
    days = working_days(report.period.iteration, report.period.hours)

    def said(one: Served) -> str:
        return one.name if one.days == days else f"{one.name} ({', '.join(map(weekday, one.days)) or 'no day'})"

    roles = [(role, [said(one) for one in report.team if one.role is role]) for role in Role]
    return [(role.capitalize(), listed(some, " and ")) for role, some in roles if some]


def notes(report: Report) -> str:
    """Say how it was counted, since when, and why times are missing."""
    said, now, hours = [COUNTED], report.period.now, report.period.hours
    some = (report.figures.requests, report.figures.alerts)
    if any(one.answered and one.speed is None for one in some):
        said.append(DISCREET)
    if report.since is not None and report.since >= report.period.end and report.is_empty:
        return f"I came on {moment(report.since, now, hours, dated=True)}; of before I know nothing."
    if report.since is not None:
        said.append(f"Counted since {moment(report.since, now, hours, dated=True)}, when I came.")
    return " ".join(said)


def outcome(name: str) -> str:
    """Return how a request ended, as people read it."""
    return name or NOT_YET


def standing(name: str) -> str:
    """Return how an alert stands, as people read it."""
    return STANDINGS[Status(name)]


def weekday(day: date) -> str:
    """Return a day's short name."""
    return dated(day, day).partition(" ")[0]


def span(time: timedelta) -> str:
    """Return a time to the second, rounded up: "40 s", "1 min 40 s", "1 h 5 min"."""
    seconds = -(-time // SECOND)
    if seconds < MINUTE // SECOND:
        return f"{seconds} s"
    if seconds < HOUR // SECOND:
        minutes, rest = divmod(seconds, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return length(timedelta(minutes=-(-seconds // 60)))


def share(speed: Speed) -> int:
    """Return how many of a hundred were in time, rounded down: 100 are all."""
    return speed.in_time * 100 // speed.judged


def _counted(counted: Counted, what: str, limit: timedelta, had: str, done: str) -> str:
    speed, some = counted.speed, _many(counted.count, what)
    if speed is not None:
        within = f"{share(speed)} % {had} within {_many(limit // MINUTE, 'minute')}"
        said = f"{some}; {within}; half within {span(speed.half)}, 95 % within {span(speed.most)}."
    elif counted.waiting == counted.count:
        return f"{some}, none {done} yet."
    else:
        said = f"{some}, {_of_them(counted)} {done}."
    verb = "is" if counted.waiting == 1 else "are"
    return f"{said} {counted.waiting} {verb} not {done} yet." if counted.waiting else said


def _of_them(counted: Counted) -> str:
    return "all" if counted.answered == counted.count > 1 else str(counted.answered or "none")


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
