"""OpenAI's rules for strict structured output, as its documents give them: no server of ours that
stands in for it checks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

MAX_PROPERTIES = 5_000
MAX_LEVELS = 10
MAX_NAMES = 120_000
"""Characters of all property names and enum values together."""
KNOWN = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "const"),
        *("anyOf", "$ref", "$defs", "description", "title", "pattern", "format"),
        *("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minItems", "maxItems"),
    }
)


def faults(response_format: Any) -> list[str]:
    """What OpenAI would refuse about a ``response_format``; nothing when it is in order."""
    if not isinstance(response_format, dict) or response_format.get("type") != "json_schema":
        return ["is not of the type json_schema"]
    wrapped = response_format.get("json_schema") or {}
    found = []
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(wrapped.get("name"))):
        found.append("has no proper name")
    if wrapped.get("strict") is not True:
        found.append("is not strict")
    schema = wrapped.get("schema")
    if not isinstance(schema, dict):
        return [*found, "has no schema"]
    Draft202012Validator.check_schema(schema)
    if schema.get("type") != "object":
        found.append("the root is not an object")
    return found + list(_nodes(schema, "root", 1)) + list(_sizes(schema))


def _nodes(node: dict[str, Any], where: str, level: int) -> Iterator[str]:
    if level > MAX_LEVELS:
        yield f"{where} lies too deep"
        return
    for word in sorted(set(node) - KNOWN):
        yield f"{where} uses {word}, which strict schemas do not know"
    types = node.get("type")
    if "object" in ([types] if isinstance(types, str) else types or []):
        properties = node.get("properties", {})
        if node.get("additionalProperties") is not False:
            yield f"{where} allows additional properties"
        if sorted(node.get("required", [])) != sorted(properties):
            yield f"{where} does not require every property"
        for name, child in properties.items():
            yield from _nodes(child, f"{where}.{name}", level + 1)
    if isinstance(node.get("items"), dict):
        yield from _nodes(node["items"], f"{where}[]", level + 1)
    for child in node.get("anyOf", []):
        yield from _nodes(child, where, level + 1)


def _sizes(schema: dict[str, Any]) -> Iterator[str]:
    names = list(_names(schema))
    if len(names) > MAX_PROPERTIES:
        yield "has too many properties"
    if sum(len(name) for name in names) > MAX_NAMES:
        yield "has too long names"


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", {})
        yield from (str(value) for value in node.get("enum", []))
        for child in node.values():
            yield from _names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _names(child)
