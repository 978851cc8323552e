"""An OpenAPI document of the parts of HubSpot that we use, read out of its installed SDK.

The SDK is generated code: its API classes hold every path, method and parameter, its models every
field with type, whether it must be there, and the values it may have. That is a description of
the vendor's API by the vendor, and it needs no copy of a document in this repository.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import attrs

PACKAGES = (
    "hubspot.crm.contacts",
    "hubspot.crm.companies",
    "hubspot.crm.deals",
    "hubspot.crm.objects.notes",
    "hubspot.crm.objects.tasks",
    "hubspot.crm.associations.v4",
    "hubspot.crm.owners",
    "hubspot.crm.pipelines",
    "hubspot.crm.properties",
    "hubspot.marketing.forms",
)

_SIMPLE: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "object": {"type": "object"},
    "file": {"type": "string", "format": "binary"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
_ERROR = {
    "description": "The call failed",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}},
}
_FAILURE = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "status": {"type": "string"},
        "message": {"type": "string"},
        "category": {"type": "string"},
        "correlationId": {"type": "string"},
        "policyName": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
"""The error body as HubSpot's documents show it; the SDK types it as nothing."""


@attrs.frozen(kw_only=True)
class Operation:
    """One call of one API class, as its source tells."""

    package: str
    name: str
    path: str
    method: str
    path_names: dict[str, str]
    query_names: dict[str, str]
    header_json: bool
    body_name: str | None
    answers: dict[int, str]
    types: dict[str, str]


def document(packages: tuple[str, ...] = PACKAGES) -> dict[str, Any]:
    """The OpenAPI 3.0 document of these packages of the SDK."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Failure": _FAILURE}
    for package in packages:
        for operation in _operations(package):
            methods = paths.setdefault(operation.path, {})
            methods[operation.method.lower()] = _described(operation, schemas)
    return {
        "openapi": "3.0.3",
        "info": {"title": "HubSpot, as its SDK knows it", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operations(package: str) -> Iterator[Operation]:
    api = importlib.import_module(f"{package}.api")
    for api_class in vars(api).values():
        if not inspect.isclass(api_class):
            continue
        for name, function in vars(api_class).items():
            if name.endswith("_with_http_info"):
                yield _operation(package, f"{api_class.__name__}.{name}", function)


def _operation(package: str, name: str, function: Any) -> Operation:
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source)
    call = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "call_api"
    )
    path, method = (ast.literal_eval(argument) for argument in call.args[:2])
    body = re.search(r"body_params = local_var_params\[\"(\w+)\"\]", source)
    answers = re.search(r"response_types_map = (\{.*?\})", source, re.DOTALL)
    doc = inspect.getdoc(function) or ""
    types = dict(re.findall(r":type (\w+): (.+)", doc))
    return Operation(
        package=package,
        name=name,
        path=path,
        method=method,
        path_names=dict(
            re.findall(r"path_params\[\"(\w+)\"\] = local_var_params\[\"(\w+)\"\]", source)
        ),
        query_names=dict(
            re.findall(r"query_params\.append\(\(\"(\w+)\", local_var_params\[\"(\w+)\"\]", source)
        ),
        header_json="Content-Type" in source,
        body_name=body and body[1],
        answers=ast.literal_eval(answers[1]) if answers else {},
        types=types,
    )


def _described(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": f"{operation.package}.{operation.name}".replace("_with_http_info", ""),
        "parameters": [
            *(
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": _schema(operation.types[local], operation.package, schemas),
                }
                for name, local in operation.path_names.items()
            ),
            *(
                {
                    "name": name,
                    "in": "query",
                    "schema": _schema(operation.types[local], operation.package, schemas),
                }
                for name, local in operation.query_names.items()
            ),
        ],
        "responses": {
            **{
                str(status): _answer(kind, operation.package, schemas)
                for status, kind in operation.answers.items()
            },
            "default": _ERROR,
        },
    }
    if not operation.answers:
        found["responses"]["204"] = {"description": "Done"}
    if operation.body_name is not None:
        kind = operation.types[operation.body_name]
        schema = _schema(kind, operation.package, schemas)
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found


def _answer(kind: str, package: str, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _schema(kind, package, schemas)
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _schema(kind: str, package: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type as the SDK writes it: ``list[str]``, ``dict[str, Thing]``, a model."""
    kind = kind.strip()
    if kind.startswith("list["):
        return {"type": "array", "items": _schema(kind[5:-1], package, schemas)}
    if kind.startswith("dict["):
        value = kind[5:-1].partition(",")[2]
        inner = _schema(value, package, schemas)
        # A property without a value is null there.
        inner = inner if "$ref" in inner else {**inner, "nullable": True}
        return {"type": "object", "additionalProperties": inner}
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    name = f"{package.removeprefix('hubspot.')}.{kind}"
    if name not in schemas:
        schemas[name] = {}  # before its fields: models name each other
        schemas[name] = _model(kind, package, schemas)
    return {"$ref": f"#/components/schemas/{name}"}


def _model(kind: str, package: str, schemas: dict[str, Any]) -> dict[str, Any]:
    model = getattr(importlib.import_module(f"{package}.models"), kind)
    if hasattr(model, "openapi_types") and not model.openapi_types:
        return {"type": "object"}
    required, properties = [], {}
    for attribute, field_type in model.openapi_types.items():
        name = model.attribute_map[attribute]
        source = inspect.getsource(getattr(model, attribute).fset)
        schema = _schema(field_type, package, schemas)
        allowed = re.search(r"allowed_values = (\[.*?\])", source, re.DOTALL)
        if allowed:
            values = [value for value in ast.literal_eval(allowed[1]) if value != "None"]
            target = schema["items"] if schema.get("type") == "array" else schema
            target["enum"] = values
        if "must not be `None`" in source:
            required.append(name)
        elif "$ref" not in schema:
            # The platform writes null for what is not set, as its own SDK takes it.
            schema["nullable"] = True
        properties[name] = schema
    found: dict[str, Any] = {"type": "object", "properties": properties}
    return {**found, "required": required} if required else found
