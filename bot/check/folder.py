"""The data folder, as a check finds it: its rights, its space, who holds it, the journal, the rota files."""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.calendars.addresses import FeedAddresses
from bot.check.finding import Finding, failed, ok, sentence, warning
from bot.check.known import Known, inspect_shared, journal_of
from bot.errors import Misconfigured, NotStored
from bot.settings import Settings
from bot.store.backup import examine
from bot.store.closed import refuse_closed
from bot.store.rota import Agreed, Edited, Invalid, Unwritten
from bot.store.schema import HEAD

FOLDER, HOLDER, JOURNAL, ROTA, DESKS = "data folder", "bot", "journal", "rota", "desks"
SCARCE, TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes
MOST_READ = 256_000_000
"""Bytes of a journal that are read through; a larger one is by ``hotseat backup``, which takes its time."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder_findings(settings: Settings) -> Iterator[Finding]:
    """Yield how the folder is: there, whose, with space, and fit to be opened."""
    folder = settings.data
    another = "Set HOTSEAT_DATA to a folder, or to where one may be made."
    try:
        is_taken = folder.exists() and not folder.is_dir()
    except OSError as error:
        yield failed(FOLDER, f"{folder} cannot be used ({error.strerror}).", another)
        return
    if is_taken:
        yield failed(FOLDER, f"{folder} is no folder.", another)
        return
    if not folder.is_dir():
        yield warning(
            FOLDER, f"There is no folder {folder.absolute()} yet.", "The first start makes it; set HOTSEAT_DATA."
        )
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield failed(
            FOLDER, f"{folder} is not this user's to write.", "Run it as the user that runs the bot, or chown it."
        )
        return
    loose = [path for path in (folder, *folder.rglob("*")) if _is_loose(path)]
    if loose:
        said = f"Others on this machine may read {loose[0]}" + (f", and {len(loose) - 1} more." if loose[1:] else ".")
        yield warning(FOLDER, said, f"chmod -R go-rwx {folder}")
    free = shutil.disk_usage(folder).free
    space = f"{free / 1e9:.1f} GB are free for {folder}."
    remedy = "Make space on its disk: where it is full, nothing is taken any more."
    if free < SCARCE:
        yield (failed if free < TOO_LITTLE else warning)(FOLDER, space, remedy)
    try:
        if not settings.database_url.get_secret_value():  # where the journal was moved, the folder stays closed
            refuse_closed(folder)
        FeedAddresses(folder / "feeds.key", "")
    except Misconfigured as wrong:
        yield failed(FOLDER, "It is not to be used as it is.", str(wrong))
    if not loose and free >= SCARCE:
        yield ok(FOLDER, f"{folder.absolute()} is its owner's alone; {space}")


def holder_finding(settings: Settings, *, answers: bool) -> Finding:
    """Return who holds the folder; ``answers`` says that a bot does and answers at its socket."""
    if answers:
        return ok(HOLDER, "A bot runs on the folder, and answers.")
    try:
        lock = (settings.data / "lock").open("rb")
    except OSError:
        return ok(HOLDER, "No bot runs on the folder.")
    with lock:
        by = lock.read(200).decode(errors="replace").strip()
        if by:  # who ended as they should have left nothing; whoever holds it is asked for only then
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                said = f"The folder is held by {by}, which does not answer."
                if by.startswith("hotseat serve"):
                    remedy = "See its /livez, its /readyz and its log; where /livez is silent too, start it anew."
                    return failed(HOLDER, said, remedy)
                return warning(HOLDER, said, "Wait for the command to end, and check again.")
            return ok(HOLDER, f"No bot runs on the folder; {by} was killed.")
    return ok(HOLDER, "No bot runs on the folder.")


def journal_findings(settings: Settings) -> tuple[bool, list[Finding]]:
    """Return whether what the journal knows can be read by this version, and how it is."""
    path = journal_of(settings)
    if (wrong := _wrong_at(path)) is not None:
        return False, [wrong]
    if not path.is_file():
        missing = "There is no journal yet."
        if any((settings.data / "rota").glob("*.json")):
            return False, [failed(JOURNAL, "It is lost: rota files stand where it was.", "hotseat restore FILE")]
        return False, [warning(JOURNAL, missing, "Add a desk: hotseat desk add --help, or write setup in a channel.")]
    size = path.stat().st_size
    try:
        version, tables = examine(path, read_through=size <= MOST_READ, beside_others=True)
    except Misconfigured as wrong:
        remedy = "See who may read it; if it is damaged, stop the bot and: hotseat restore FILE"
        return False, [failed(JOURNAL, str(wrong), remedy)]
    if version != HEAD:
        return False, [_of_another_version(version, "hotseat backup FILE")]
    counted = f"{tables['requests']} requests, {tables['records']} records, {size / 1e6:.1f} MB"
    whole = "read through and whole" if size <= MOST_READ else "too large to be read through here; a backup does it"
    return True, [ok(JOURNAL, f"Version {version}, {whole}: {counted}.")]


def _wrong_at(path: Path) -> Finding | None:
    try:
        if path.exists() and not path.is_file():
            return failed(JOURNAL, f"{path} is no file.", "Move away what stands there, and check again.")
    except OSError as error:
        said = f"{path} cannot be looked at ({error.strerror})."
        return failed(JOURNAL, said, "See what is said of the data folder.")
    return None


async def shared_findings(settings: Settings) -> tuple[bool, list[Finding]]:
    """Return the same of a journal in PostgreSQL."""
    try:
        found = await inspect_shared(settings)
    except Misconfigured as wrong:
        return False, [failed(JOURNAL, "It cannot be looked at.", str(wrong))]
    except NotStored as failure:
        remedy = "See HOTSEAT_DATABASE_URL, that the server runs and this machine reaches it, and the user's rights."
        return False, [failed(JOURNAL, sentence(str(failure)), remedy)]
    if not found.version:
        said = f"The database, of PostgreSQL {found.server}, has no journal yet."
        return False, [warning(JOURNAL, said, "The first start makes it; hotseat migrate brings one in a data folder.")]
    if found.version != HEAD:
        return False, [_of_another_version(found.version, "pg_dump")]
    if not found.writes:
        said = f"The database's user may not write each table, or make one, in PostgreSQL {found.server}."
        return False, [failed(JOURNAL, said, "Let the user who made the tables own them, and be the bot's.")]
    counted = f"{found.tables['requests']} requests, {found.tables['records']} records"
    return True, [ok(JOURNAL, f"Version {HEAD}, in PostgreSQL {found.server}: {counted}.")]


def desk_findings(settings: Settings, known: Known) -> Iterator[Finding]:
    """Yield which desks there are, and how each rota's file stands to the journal."""
    if not known.desks:
        yield warning(DESKS, "There is no desk yet.", "hotseat desk add --help, or write setup in a channel.")
    for desk, outcome in known.desks:
        check, place = f"{ROTA} of {desk.desk.id}", str(settings.data / "rota" / f"{desk.desk.id}.json")
        if settings.database_url.get_secret_value():
            place = "Its row in the table documents"
        match outcome:
            case Agreed():
                people = len(desk.rota.people)
                yield ok(check, f"{place} is what the journal has: {people} people, {len(desk.rota.shifts)} shifts.")
            case Unwritten():
                yield warning(check, f"{place} is not written yet.", "The bot writes it; start it if none runs.")
            case Edited():
                said = f"{place} was edited by hand, and is valid."
                yield warning(check, said, "The bot takes it over within seconds; start it if none runs.")
            case Invalid(reason, _):
                yield failed(check, sentence(reason), "Mend it, or remove it: then it is written anew.")


def _of_another_version(version: str, saving: str) -> Finding:
    if version > HEAD:
        said = f"It is of a newer Hotseat (version {version}; this one knows up to {HEAD})."
        return failed(JOURNAL, said, "Start the newer Hotseat, or restore the backup made before the upgrade.")
    said = f"It is of version {version}. The next start brings it to {HEAD}."
    return warning(JOURNAL, said, f"Save it first: {saving}. Then start the bot, and check again.")


def _is_loose(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return not stat.S_ISLNK(found.st_mode) and bool(found.st_mode & OTHERS)
