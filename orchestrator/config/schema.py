"""JSON Schema of regions.yaml out of the table of keys: what an editor accepts is what the validator accepts.

Rules between keys (one primary, hosts inside their zone, ...) are beyond JSON Schema and stay with `validate`.
"""

from __future__ import annotations

from typing import assert_never

from orchestrator.config.spec import Flag, Free, Key, ListOf, MapOf, Portion, Record, Short, Spec, Text, Whole
from orchestrator.config.table import ROOT

Schema = dict[str, object]

TITLE = "regions.yaml of the region failover orchestrator"


def json_schema() -> Schema:
    """Draft 7: the newest that the common YAML language server understands in full."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": TITLE, **_of(ROOT)}


def _of(spec: Spec) -> Schema:
    match spec:
        case Text():
            return _text(spec)
        case Whole():
            bounds: Schema = {"minimum": spec.least, "maximum": spec.most}
            return {"type": "integer", **({"enum": list(spec.choices)} if spec.choices else bounds)}
        case Flag():
            return {"type": "boolean"}
        case Portion():
            percent: Schema = {"type": "string", "pattern": _percent(spec.least_percent)}
            return {"anyOf": [{"type": "integer", "minimum": spec.least, "maximum": 999_999}, percent]}
        case ListOf():
            unique: Schema = {} if spec.repeats else {"uniqueItems": True}
            return {"type": "array", "items": _of(spec.item), "minItems": 1, **unique}
        case MapOf():
            return {
                "type": "object",
                "propertyNames": {key: value for key, value in _of(spec.key).items() if key != "type"},
                "additionalProperties": _of(spec.value),
                "minProperties": spec.least,
            }
        case Record():
            return _record(spec)
        case Short():
            named = next(key for key in spec.record.keys if key.name == spec.name)
            return {"anyOf": [_of(named.spec), _of(spec.record)]}
        case Free():
            return {"type": "object"}
    assert_never(spec)


def _percent(least: int) -> str:
    return rf"^({'0|' if not least else ''}[1-9][0-9]?|100)%$"


def _text(spec: Text) -> Schema:
    if spec.choices:
        return {"type": "string", "enum": list(spec.choices)}
    limits: Schema = {"type": "string", "minLength": 1, "maxLength": spec.longest}
    return {**limits, "pattern": spec.pattern} if spec.pattern else limits


def _record(spec: Record) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {key.name: _key(key) for key in spec.keys},
        "additionalProperties": False,
    }
    required = [key.name for key in spec.keys if key.required]
    if required:
        schema["required"] = required
    if spec.one_of:
        schema["oneOf"] = [{"required": [name]} for name in spec.one_of]
    return schema


def _key(key: Key) -> Schema:
    default: Schema = {} if key.default is None else {"default": key.default}
    return {"description": key.doc, **default, **_of(key.spec)}
