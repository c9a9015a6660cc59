"""The SDK's Activity out of JSON, as msrest would make it but in a tenth of the time.

Knows the SDK's models and nothing of what activities mean. The guard has checked the fields' types already, which is
what msrest spends its time on.
"""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botbuilder import schema
from botbuilder.schema import Activity

# One model's plan: its class, what an empty one holds, and per key of the JSON the attribute and how to read it.
_Read = Callable[[Any], Any]
_Plan = tuple[type, dict[str, Any], dict[str, tuple[str, _Read | None]]]


def load(raw: dict[str, Any]) -> Activity:
    """Make an Activity. Keys that the model does not know are in `additional_properties`; nothing is raised."""
    return _model(_plan(Activity), raw)


def _model(plan: _Plan, raw: Any) -> Any:
    if type(raw) is not dict:
        return raw
    cls, empty, fields = plan
    model: Any = object.__new__(cls)
    attributes = model.__dict__
    attributes.update(empty)
    unknown = attributes["additional_properties"] = {}
    for key, value in raw.items():
        field = fields.get(key)
        if field is None:
            unknown[key] = value
        elif value is not None:
            name, read = field
            attributes[name] = read(value) if read else value
    return model


@functools.cache
def _plan(cls: type) -> _Plan:
    empty = dict(cls().__dict__)
    fields = {
        described["key"]: (name, _reader(described["type"])) for name, described in vars(cls)["_attribute_map"].items()
    }
    return cls, empty, fields


def _reader(kind: str) -> _Read | None:
    if kind == "iso-8601":
        return _moment
    several = kind.startswith("[")
    cls = getattr(schema, kind.strip("[]"), None)
    if cls is None:
        return None
    if several:
        return lambda values: [_model(_plan(cls), value) for value in values] if type(values) is list else values
    return lambda value: _model(_plan(cls), value)


def _moment(text: Any) -> Any:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
