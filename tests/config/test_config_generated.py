# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""Everything that is generated from, or must agree with, the table of keys."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from botocore.loaders import Loader

from orchestrator import config
from orchestrator.config.partitions import REGIONS
from orchestrator.core.errors import UsageError

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "regions.yaml"


def accepts(schema: dict, value: object) -> bool:
    """JSON Schema, as much of it as we generate; a keyword that is not known here raises KeyError."""
    return all(KEYWORDS[keyword](argument, value, schema) for keyword, argument in schema.items())


def _is_type(name: str, value: object, _: dict) -> bool:
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    return isinstance(value, types[name]) and isinstance(value, bool) is (name == "boolean")


def _additional(allowed: bool | dict, value: dict, schema: dict) -> bool:
    others = [value[name] for name in value if name not in schema.get("properties", {})]
    return not others if allowed is False else all(accepts(allowed, other) for other in others)


def _properties(inner: dict, value: object, _: dict) -> bool:
    return isinstance(value, dict) and all(accepts(inner[name], value[name]) for name in value if name in inner)


KEYWORDS = {
    "$schema": lambda *_: True,
    "title": lambda *_: True,
    "description": lambda *_: True,
    "default": lambda *_: True,
    "type": _is_type,
    "enum": lambda allowed, value, _: value in allowed,
    "pattern": lambda pattern, value, _: isinstance(value, str) and re.search(pattern, value) is not None,
    "minLength": lambda least, value, _: isinstance(value, str) and len(value) >= least,
    "maxLength": lambda most, value, _: isinstance(value, str) and len(value) <= most,
    "minimum": lambda least, value, _: isinstance(value, int) and value >= least,
    "maximum": lambda most, value, _: isinstance(value, int) and value <= most,
    "items": lambda item, value, _: isinstance(value, list) and all(accepts(item, one) for one in value),
    "minItems": lambda least, value, _: isinstance(value, list) and len(value) >= least,
    "uniqueItems": lambda _, value, __: isinstance(value, list) and len(set(map(repr, value))) == len(value),
    "properties": _properties,
    "additionalProperties": lambda allowed, value, schema: isinstance(value, dict) and _additional(allowed, value, schema),
    "propertyNames": lambda inner, value, _: isinstance(value, dict) and all(accepts(inner, name) for name in value),
    "minProperties": lambda least, value, _: isinstance(value, dict) and len(value) >= least,
    "required": lambda names, value, _: isinstance(value, dict) and set(names) <= value.keys(),
    "oneOf": lambda options, value, _: sum(accepts(option, value) for option in options) == 1,
    "anyOf": lambda options, value, _: any(accepts(option, value) for option in options),
}  # fmt: skip


def test_the_schema_file_is_up_to_date():
    written = json.loads((ROOT / "docs/reference/regions.schema.json").read_text())

    assert written == config.json_schema(), "orchestrator schema > docs/reference/regions.schema.json"


def test_the_reference_page_is_up_to_date():
    written = (ROOT / "docs/reference/regions-yaml.md").read_text()

    assert written == config.reference_markdown(), (
        "python -c 'from orchestrator import config; print(config.reference_markdown(), end=\"\")' "
        "> docs/reference/regions-yaml.md"
    )


def test_the_sample_is_accepted_without_a_warning_and_by_its_schema():
    loaded = config.load(SAMPLE)

    assert loaded.warnings == ()
    assert loaded.topology.environments[0].accounts == ("111111111111", "222222222222")
    assert accepts(config.json_schema(), yaml.safe_load(SAMPLE.read_text()))
    modeline = SAMPLE.read_text().splitlines()[0]
    assert (ROOT / modeline.partition("$schema=")[2]).is_file()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("application: sample", "aplication: sample"),
        ("application: sample", "application: Sample"),
        ("application: sample", "application: on"),
        ("role: primary", "role: boss"),
        ("us-east-1:", "us-east-11:"),
        ("  us-west-2: {role: secondary}\n", ""),
        ('"111111111111"', "111111111111"),
        ('["111111111111"]', '["111111111111", "111111111111"]'),
        ('["111111111111"]', "[]"),
        ("    host:", "    organizational_units: [r-ab12]\n    host:"),
        ('    accounts: ["111111111111"]\n', ""),
        ("hosted_zone: fed.dev", "hosted_zone: {zone: fed.dev}"),
        ("path: sample/app", "path: sample/app, kind: zip"),
        ("code:", "health: {interval: 20}\ncode:"),
        ("code:", "health: {failure_threshold: 11}\ncode:"),
        ("code:", "health: {path: x}\ncode:"),
        ("code:", "failover: {ttl: '60'}\ncode:"),
        ("code:", "traffic: {rate: 101}\ncode:"),
        ("code:", "drills: {blocked: [weekends]}\ncode:"),
        ("code:", "stack_sets: {infra: {blueprint: x}}\ncode:"),
    ],
)
def test_what_an_editor_marks_is_what_the_validator_refuses(good, complaints, old, new):
    wrong = good.replace(old, new)

    assert accepts(config.json_schema(), yaml.safe_load(good))
    assert not accepts(config.json_schema(), yaml.safe_load(wrong))
    assert complaints(wrong)


def test_a_new_project_is_usable_as_it_is(tmp_path):
    for name, text in config.starter("shop").items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    loaded = config.load(tmp_path / "regions.yaml")

    assert loaded.warnings == ()
    assert loaded.topology.application == "shop"
    assert all((tmp_path / code.path).is_dir() for code in loaded.topology.code)
    schema = json.loads((tmp_path / "regions.schema.json").read_text())
    assert accepts(schema, yaml.safe_load((tmp_path / "regions.yaml").read_text()))


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/", 200), ("/nothing", 404)])
def test_the_function_of_a_new_project_answers(path, status):
    module: dict[str, object] = {}
    exec(compile(config.starter("shop")["app/app.py"], "app.py", "exec"), module)
    handler = module["handler"]
    assert callable(handler)

    answer = handler({"rawPath": path}, None)

    assert answer["statusCode"] == status
    assert {"region", "release"} <= json.loads(answer["body"]).keys()


@pytest.mark.parametrize("name", ["", "Shop", "no", "a\nb: c", "a #b", "{}", "x" * 60, "\ud800", "@application@"])
def test_a_new_project_needs_a_usable_name(name):
    with pytest.raises(UsageError, match="cannot be the name of an application"):
        config.starter(name)


@pytest.mark.parametrize("partition", REGIONS)
def test_the_regions_are_those_that_the_sdk_knows(partition):
    known = next(one for one in Loader().load_data("endpoints")["partitions"] if one["partition"] == partition)

    assert sorted(REGIONS[partition]) == sorted(known["regions"])


def test_importing_the_package_does_not_import_a_yaml_parser():
    script = "import sys, orchestrator.config; sys.exit('yaml' in sys.modules or 'difflib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
