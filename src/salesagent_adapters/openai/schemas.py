"""The shapes that a model is held to, by the rules of strict structured output.

Every property is required, nothing else is allowed, the root is an object; what may be missing is
null. Lengths and sizes are judged afterwards: strict schemas do not know all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "number"}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


WRITTEN: Schema = _object(
    subject=_TEXT,
    paragraphs=_list(_TEXT),
    claims=_list(_object(text=_TEXT, source_ids=_list(_TEXT))),
)

TONE: Schema = _object(score=_NUMBER, notes=_list(_TEXT))

NO_COMMAND = "none"


def reading_of(names: Sequence[str]) -> Schema:
    """A command of these names, or none."""
    return _object(
        command={"type": "string", "enum": [*names, NO_COMMAND]},
        reason=_MAYBE,
        old=_MAYBE,
        new=_MAYBE,
        instruction=_MAYBE,
        confidence=_NUMBER,
    )


def response_format(name: str, schema: Schema) -> dict[str, Any]:
    """As the API takes it."""
    return {
        "type": "json_schema",
        "json_schema": {"name": name, "strict": True, "schema": schema},
    }
