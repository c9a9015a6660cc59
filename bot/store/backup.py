"""A backup of the data folder in one file, and the way back.

The journal is copied as it stands at one moment, whoever writes to it meanwhile, and everything else is read so that it
agrees with that moment. A restore checks all before it touches anything, loses nothing that was there, and leaves a
folder whole, or closed until it is run again. It must not know what the journal's rows mean.
"""

import errno
import hashlib
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bot.errors import Misconfigured, NotStored
from bot.store.atomic import sync_folder
from bot.store.closed import MARK, close, refuse_closed, reopen
from bot.store.document import Unreadable, dump, parse
from bot.store.lock import FolderLock
from bot.store.rota import STAMP
from bot.store.schema import HEAD

FORMAT = 1
MANIFEST, JOURNAL = "manifest.json", "journal.sqlite"
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may leave beside the journal, which is of no use without that very file."""
MARKS = ("graph.json", "graph.json.bak", "slack.json", "slack.json.bak")
"""How far others' histories were read: read before the journal is copied, so that nothing between is passed over."""
FILES = ("feeds.key", "holidays.json")
FOLDERS = ("handbook", "rota", "tickets")
"""Read after the journal: a ticket that its copy still has to open may be noted already, and never the other way."""
SCRATCH = ".hotseat-backup-"
LEFT_SECONDS = 3_600.0  # no backup takes as long: whoever made a folder so long ago was killed
CHUNK = 1 << 20
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""What a disk answers that has no second names for a file, such as a network share or a memory stick."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What reading from a damaged archive raises."""
REMEDY = "Use a file that hotseat backup wrote. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Packed:
    """A file in a backup: its size in bytes and its SHA-256 in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: by which version it was made and when, the journal's schema, and what is in it.

    ``tables`` has the number of rows of each of the journal's tables.
    """

    format: int
    hotseat: str
    made_at: datetime
    schema: str
    tables: Mapping[str, int]
    files: Mapping[str, Packed]


def back_up(folder: Path, target: Path, *, version: str, now: datetime, force: bool = False) -> Manifest:
    """Write a backup of a data folder into ``target`` (0600), read it back, and return what is in it.

    A file that stands there is replaced by ``force`` only, and stays until the backup is whole. Raise Misconfigured
    where there is nothing to back up or no place for it, NotStored where the disk fails or what was read back differs.
    """
    if not (folder / JOURNAL).is_file():
        message = f"There is no journal in {folder}, and nothing to back up. Set HOTSEAT_DATA to the bot's data folder."
        raise Misconfigured(message)
    refuse_closed(folder)
    with _place_for(target, force=force) as scratch:
        fresh = scratch / "backup.zip"
        manifest = _pack(folder, scratch, fresh, version=version, now=now)
        with _opened(fresh) as archive:
            for name, packed in read_manifest(archive, fresh).files.items():
                for _ in _checked(archive, name, packed):
                    pass
        if force:
            fresh.replace(target)
        else:
            _put(fresh, target)
        sync_folder(target.parent)
    return manifest


def restore(file: Path, folder: Path, *, now: datetime) -> tuple[Manifest, Path | None]:
    """Put a backup into a data folder that nobody holds; return what was in it, and where that is which stood there.

    Raise Misconfigured, with everything as it was, where the backup is none, is damaged or is of a newer version, or
    another process holds the folder; NotStored where the disk fails: then the folder is as it was, or closed until a
    restore is run again.
    """
    stamp = f"{now.astimezone(UTC):{STAMP}}"
    with _opened(file) as archive:
        manifest = read_manifest(archive, file)
        if manifest.schema > HEAD:
            message = (
                f"{file} was made by a newer Hotseat ({manifest.hotseat}, journal {manifest.schema}; this one knows up "
                f"to {HEAD}). Restore it with that version. Nothing was changed."
            )
            raise Misconfigured(message)
        with FolderLock(folder, "hotseat restore"):
            fresh, kept = folder / f".restoring-{stamp}", folder / f"before-restore-{stamp}"
            try:
                for left in folder.glob(".restoring-*"):
                    shutil.rmtree(left)
                _unpack_all(archive, manifest, fresh, file)
                return manifest, kept if _swap(folder, fresh, kept) else None
            except OSError as error:
                closed = f" Until {file} is restored, no bot opens the folder." if (folder / MARK).exists() else ""
                message = f"{folder}: the backup could not be restored ({error.strerror}).{closed}"
                raise NotStored(message) from error
            finally:
                shutil.rmtree(fresh, ignore_errors=True)


def read_manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """Return what a backup says of itself; raise Misconfigured where that is not what this program can take."""
    try:
        manifest = parse(Manifest, archive.read(MANIFEST).decode(), MANIFEST)
    except (KeyError, Unreadable, UnicodeDecodeError, OSError, *BROKEN) as error:
        raise Misconfigured(f"{file} is no backup of Hotseat's. {REMEDY}") from error
    if manifest.format != FORMAT:
        message = f"{file} is a backup of another form ({manifest.format}; this version knows {FORMAT}). {REMEDY}"
        raise Misconfigured(message)
    names = [name for name in archive.namelist() if name != MANIFEST]
    if sorted(names) != sorted(manifest.files) or JOURNAL not in names or not all(map(_is_ours, names)):
        raise Misconfigured(f"{file} is damaged: what is in it is not what it lists. {REMEDY}")
    return manifest


def examine(path: Path, *, read_through: bool = True, beside_others: bool = False) -> tuple[str, dict[str, int]]:
    """Return the version of a journal and the rows of each of its tables; raise Misconfigured where it is broken.

    Nothing is changed in it. One in use, or which was, may have a log beside it, and is read as ``beside_others``.
    """
    mode = "rw" if beside_others else "ro"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            checked = connection.execute("PRAGMA integrity_check(1)") if read_through else ()
            wrong = [one for (one,) in checked if one != "ok"]
            wrong += [f"a row of {one[0]} without its desk" for one in connection.execute("PRAGMA foreign_key_check")]
            if wrong:
                raise Misconfigured(f"The journal is damaged: {wrong[0]}.")
            names = [
                name
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                if name != "alembic_version" and not name.startswith("sqlite_")
            ]
            tables = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 - a table's name
            versions = [one for (one,) in connection.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.Error as error:
        raise Misconfigured(f"The journal cannot be read ({error}).") from error
    return "".join(versions), tables


def _pack(folder: Path, scratch: Path, fresh: Path, *, version: str, now: datetime) -> Manifest:
    before = {name: content for name in (*MARKS, *_rotas(folder)) if (content := _read(folder / name)) is not None}
    copy = scratch / JOURNAL
    _snapshot(folder / JOURNAL, copy)
    schema, tables = examine(copy)
    contents = {name: content for name, content in before.items() if name in MARKS}
    contents |= _after(folder, before, copy)
    files = {JOURNAL: Packed(copy.stat().st_size, _checksum(copy))}
    files |= {name: Packed(len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()}
    manifest = Manifest(FORMAT, version, now, schema, tables, files)
    fresh.touch(mode=0o600)
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        archive.writestr(MANIFEST, dump(manifest))
        archive.write(copy, JOURNAL)
        for name, content in contents.items():
            archive.writestr(name, content)
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    return manifest


def _after(folder: Path, before: Mapping[str, bytes], copy: Path) -> dict[str, bytes]:
    """Return what is read after the journal's copy was made; of a desk's rota the file that the copy knows of.

    What somebody wrote by hand and nobody took over yet is kept where it does not count. What was written just now is
    in no copy's future: the journal has the rota.
    """
    with closing(sqlite3.connect(copy)) as connection:
        known = dict(connection.execute("SELECT desk, checksum FROM rotas"))
    found: dict[str, bytes] = {}
    for name in (*FILES, *_within(folder)):
        content = _read(folder / name)
        path = PurePosixPath(name)
        if path.parent.name != "rota" or path.suffix != ".json":
            if content is not None:
                found[name] = content
            continue
        some = [one for one in (before.get(name), content) if one is not None]
        agreed = [one for one in some if hashlib.sha256(one).hexdigest() == known.get(path.stem)]
        if agreed:
            found[name] = agreed[0]
        elif content is not None and some == [content, content]:
            edited_at = datetime.fromtimestamp((folder / name).stat().st_mtime, UTC)
            found[f"{name}.refused-{edited_at:{STAMP}}"] = content
    return found


def _rotas(folder: Path) -> list[str]:
    return [name for name in _within(folder) if name.startswith("rota/") and name.endswith(".json")]


def _within(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for one in FOLDERS
        for path in (folder / one).glob("*")
        if path.is_file() and path.suffix != ".tmp"
    )


def _is_ours(name: str) -> bool:
    """Say whether a name is of a file that a backup may have: nothing that leads anywhere else."""
    if name in (JOURNAL, *MARKS, *FILES):
        return True
    folder, _, rest = name.partition("/")
    return folder in FOLDERS and bool(rest.strip(".")) and "/" not in rest and "\\" not in rest and "\0" not in rest


def _snapshot(journal: Path, copy: Path) -> None:
    """Copy the journal as it stands at one moment; whoever writes to it is not held up (it is in WAL mode)."""
    copy.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        message = f"The journal {journal} could not be copied to {copy.parent.parent} ({error}). See that it has space."
        raise NotStored(message) from error


@contextmanager
def _place_for(target: Path, *, force: bool) -> Iterator[Path]:
    """Give a folder on the target's disk (0700) that goes away again, with what killed backups left there."""
    taken = Misconfigured(f"{target} is there already, and was left alone. Name another file, or say --force.")
    if target.exists() and not force:
        raise taken
    try:
        with TemporaryDirectory(prefix=SCRATCH, dir=target.parent) as scratch:
            now = Path(scratch).stat().st_mtime
            for left in target.parent.glob(f"{SCRATCH}*"):
                if now - left.stat().st_mtime > LEFT_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
            yield Path(scratch)
    except FileExistsError as error:
        raise taken from error
    except OSError as error:
        raise NotStored(f"{target}: the backup could not be written ({error.strerror}).") from error


def _put(fresh: Path, target: Path) -> None:
    """Give a file its name, and replace nothing; raise FileExistsError where something has that name."""
    try:
        os.link(fresh, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        fresh.replace(target)


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise Misconfigured(f"{file} cannot be read as a backup ({error}). {REMEDY}") from error
    with archive:
        yield archive


def _unpack_all(archive: zipfile.ZipFile, manifest: Manifest, fresh: Path, file: Path) -> None:
    fresh.mkdir(mode=0o700)
    for name, packed in manifest.files.items():
        (fresh / name).parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(fresh / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.writelines(_checked(archive, name, packed))
            out.flush()
            os.fsync(out.fileno())
    if examine(fresh / JOURNAL) != (manifest.schema, dict(manifest.tables)):
        raise Misconfigured(f"{file} is damaged: the journal has not the rows that it lists. {REMEDY}")
    for folder in (*fresh.glob("*/"), fresh):
        sync_folder(folder)


def _checked(archive: zipfile.ZipFile, name: str, packed: Packed) -> Iterator[bytes]:
    """Yield a file of a backup in portions; raise Misconfigured, at its end at the latest, where it is damaged."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as stream:
            while size <= packed.size and (chunk := stream.read(CHUNK)):
                digest.update(chunk)
                size += len(chunk)
                yield chunk
    except BROKEN as error:
        raise Misconfigured(f"The backup is damaged: {name} cannot be unpacked. {REMEDY}") from error
    if (size, digest.hexdigest()) != (packed.size, packed.sha256):
        raise Misconfigured(f"The backup is damaged: {name} is not what was backed up. {REMEDY}")


def _swap(folder: Path, fresh: Path, kept: Path) -> bool:
    """Put what was unpacked in the place of what is there, which is kept; say whether there was anything."""
    close(folder, "A restore into it was cut off. Run hotseat restore again, with the same backup or another.")
    there = [JOURNAL, *(f"{JOURNAL}{end}" for end in BESIDE), *MARKS, *FILES, *FOLDERS]
    found = [folder / name for name in there if (folder / name).exists()]
    if found:
        kept.mkdir(mode=0o700)
    for path in found:
        path.rename(kept / path.name)
    for path in sorted(fresh.iterdir()):
        path.rename(folder / path.name)
    sync_folder(folder)
    reopen(folder)
    return bool(found)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
