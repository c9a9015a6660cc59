"""Looking after desks, their people, their shifts and their common requests."""

from typing import Any

import click

from bot.cli.common import a_file, as_json, of_desk, operate, text


@click.group()
def desk() -> None:
    """Look after desks: the channels that the bot serves."""


@desk.command("add")
@click.option("--channel", required=True, help="The link to the channel, or its id, 19:…@thread.tacv2.")
@click.option("--name", required=True, help="A short name for the desk: a-z, 0-9 and -.")
@click.option("--team", default="", help="The team's group id: groupId in the link. Needed where --channel is an id.")
@click.option("--tenant", default="", help="The tenant's id: tenantId in the link. Needed where --channel is an id.")
@click.option("--team-channel", default="", help="The backend team's own channel, for everything internal: link or id.")
@as_json
def desk_add(*, as_json: bool, **arguments: str) -> None:
    """Make a channel a desk.

    The link is what Teams copies under the channel's menu (…), Get link to channel; put it in quotes.
    """
    operate("desk add", arguments, as_json=as_json)


@desk.command("list")
@as_json
def desk_list(*, as_json: bool) -> None:
    """List the desks: channels, people, requests so far."""
    operate("desk list", {}, as_json=as_json)


@desk.command("remove")
@click.argument("name")
@as_json
def desk_remove(name: str, *, as_json: bool) -> None:
    """Remove a desk that never had a request: the undo of a wrong add.

    Its people and shifts go with it; the file with its rota is kept beside the others.
    """
    operate("desk remove", {"name": name}, as_json=as_json)


@click.group()
def people() -> None:
    """Look after the backend team."""


@people.command("import")
@a_file
@of_desk
@as_json
def people_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Add or change people from a CSV sheet (FILE, or - for standard input).

    Columns: name, entra_object_id, email, slack_user_id, production_access (yes/no), working_days (such as Mon Tue;
    empty means all), experienced (yes/no), joined, left (dates such as 2026-11-25). Only name is needed.

    A row means whoever has its Entra id, else its e-mail, else its name, and adds a person where nobody has. Columns
    that the sheet does not have stay as they are, and so does everybody who is not in it. Somebody leaves by a date
    under left.
    """
    operate("people import", {"desk": desk, "text": text(file)}, as_json=as_json)


@people.command("export")
@of_desk
@as_json
def people_export(desk: str, *, as_json: bool) -> None:
    """Write the people as the CSV sheet that import takes."""
    operate("people export", {"desk": desk}, as_json=as_json)


@people.command("erase")
@click.argument("who")
@of_desk
@as_json
def people_erase(who: str, desk: str, *, as_json: bool) -> None:
    """Forget a person: WHO by name, e-mail or Entra id.

    A person of the team, or whoever asked in the channel, becomes "former colleague" in people, shifts, absences,
    stand-ins, requests and the history; what they asked, suggested and noted is erased, and how it ended stays. It is
    refused while they have open requests, or serve now or later, and where nothing is held of WHO. Messages in Teams
    stay, and so do backups.
    """
    operate("people erase", {"desk": desk, "who": who}, as_json=as_json)


@click.group()
def shifts() -> None:
    """Set who serves in which iteration."""


@shifts.command("import")
@a_file
@of_desk
@as_json
def shifts_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Set the teams of iterations from a CSV sheet (FILE, or - for standard input).

    Columns: iteration (its Wednesday, such as 2026-11-25), name (or e-mail, or Entra id), role (SUPPORT, FALLBACK or
    OBSERVER), days (of a FALLBACK, such as Fri; empty means all).

    The team of each iteration in the sheet is replaced by what the sheet says; other iterations stay as they are.
    """
    operate("shifts import", {"desk": desk, "text": text(file)}, as_json=as_json)


@shifts.command("export")
@of_desk
@as_json
def shifts_export(desk: str, *, as_json: bool) -> None:
    """Write the shifts as the CSV sheet that import takes."""
    operate("shifts export", {"desk": desk}, as_json=as_json)


@click.group()
def common() -> None:
    """Look after the common requests: what is asked again and again, and the answer."""


@common.command("import")
@a_file
@of_desk
@as_json
def common_import(file: Any, desk: str, *, as_json: bool) -> None:
    """Add or change common requests from a CSV sheet (FILE, or - for standard input).

    Columns: title, answer, link (an https address, or #anchor of a section of the handbook), phrases (how people ask, a
    line each or between semicolons), times (how often it came) and last (when last, such as 2026-11-25). Only title is
    needed.

    A row means the entry with its title, and adds one where there is none; one that was retired is taken up again.
    Columns that the sheet does not have stay as they are, and so does every entry that is not in it. Counts only grow.
    Names of people and personal data are masked.
    """
    operate("common import", {"desk": desk, "text": text(file)}, as_json=as_json)


@common.command("export")
@of_desk
@as_json
def common_export(desk: str, *, as_json: bool) -> None:
    """Write the common requests as the CSV sheet that import takes, without those that were retired."""
    operate("common export", {"desk": desk}, as_json=as_json)


@click.group()
def absences() -> None:
    """Note when people are away."""


@absences.command("import")
@a_file
@click.option("--who", required=True, help="Whose calendar it is: name, e-mail or Entra id.")
@of_desk
@as_json
def absences_import(file: Any, who: str, desk: str, *, as_json: bool) -> None:
    """Add somebody's absences of the next 12 months from an iCalendar file (FILE, or - for standard input).

    What is out of office, of whole days or of four hours and more counts; nothing else of the calendar is kept.
    """
    operate("absences import", {"desk": desk, "who": who, "text": text(file)}, as_json=as_json)
