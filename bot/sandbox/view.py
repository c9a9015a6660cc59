"""What the page is told: the sandbox's state as JSON, for all eight people at once (the page picks who looks)."""

from dataclasses import asdict
from datetime import date

from bot.sandbox import board, cast
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import Wire
from bot.sandbox.story import Story
from bot.sandbox.workspace import Workspace
from bot.sandbox.world import Json, Message, World

NOTICES = 60


def snapshot(world: World, clock: Clock, wire: Wire, story: Story) -> Json:
    """Give everything that the page shows."""
    today = clock.today()
    return {
        "now": clock.now().isoformat(),
        "note": clock.note,
        "empty": not world.rota.shifts,
        "moved": round(clock.offset.total_seconds()),
        "bot": {"id": cast.BOT_ID, "name": cast.BOT_NAME},
        "people": [_person(world, one, today) for one in cast.PLAYERS],
        "channels": [asdict(one) for one in cast.CHANNELS],
        "slack": [asdict(cast.SLACK)],
        "chats": [asdict(one) for one in cast.CHATS],
        "messages": [_message(world, one) for one in world.messages.values()],
        "notices": [{**asdict(one), "at": one.at.isoformat()} for one in world.notices[-NOTICES:]],
        "consent": world.consent,
        "problems": wire.problems,
        "waiting": wire.waiting,
        "retrying": wire.retrying,
        "story": asdict(story.scene),
        "exchanges": wire.log[-1].number if wire.log else 0,
    }


def bridge(workspace: Workspace, work: board.Board) -> Json:
    """Give what the page shows of Bugsnag and of Jira's board."""
    return {
        "errors": {one.id: one.status for one in workspace.bugsnag.errors.values()},
        "webhook": workspace.webhook,
        "columns": [{"key": one.key, "name": one.name} for one in board.COLUMNS],
        "issues": [one.shown() for one in work.issues.values()],
    }


def _person(world: World, one: cast.Player, today: date) -> Json:
    unread: dict[str, int] = {}
    for identifier in world.unread[one.key]:
        conversation = world.messages[identifier].conversation
        unread[conversation] = unread.get(conversation, 0) + 1
    return {
        "key": one.key,
        "id": one.id,
        "name": one.name,
        "role": world.rota.role(one, today),
        "about": one.about,
        "slack": one.slack_id,
        "backend": one.backend,
        "chat": one.chat,
        "installed": world.installed[one.key],
        "unread": unread,
        "rung": sum(1 for note in world.notices if note.person == one.key and note.message in world.unread[one.key]),
    }


def _message(world: World, one: Message) -> Json:
    return {
        "id": one.id,
        "conversation": one.conversation,
        "root": one.root,
        "author": one.author,
        "text": "" if one.deleted else one.text,
        "format": one.format,
        "cards": [] if one.deleted else one.cards,
        "mentions": [] if one.deleted else one.mentions,
        "picture": f"/v3/attachments/{one.id}/views/original" if one.picture and not one.deleted else "",
        "at": one.at.isoformat(),
        "edited": one.edited.isoformat() if one.edited else None,
        "deleted": one.deleted,
        "version": one.version,
        "readers": world.readers(one),
        "onlyFor": one.only_for,
        "views": {} if one.deleted else one.views,
        "reactions": one.reactions,
        "source": "" if one.deleted else one.source,
        "attachments": [] if one.deleted else one.attachments,
        "error": one.error,
    }
