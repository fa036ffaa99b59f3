"""What the embedded AWS adds to the emulator's CloudFormation: replicas of global tables, code from the region's own
bucket whoever owns it, and an explicit stand-in, listed for the user, for each resource type that it cannot make.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from orchestrator.local import alarm_resources, code_source, listener_rules, services, workers
from orchestrator.local.skipped import Skipped, forget, note
from orchestrator.local.skipped import skipped as skipped


def parse(body: str) -> dict[str, Any]:
    """A template as data. Raises ValueError when it is neither JSON nor YAML."""
    import yaml
    from ministack.services.cloudformation.engine import _parse_template

    try:
        parsed: dict[str, Any] = _parse_template(body)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return parsed


def admit(body: str) -> None:
    """Makes every type of AWS in the template known to the emulator; what is no type of AWS stays refused."""
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

    try:
        resources = parse(body).get("Resources")
    except ValueError:
        return  # the emulator says what is wrong with it
    for resource in (resources if isinstance(resources, dict) else {}).values():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if isinstance(kind, str) and kind not in _RESOURCE_HANDLERS and kind in _types_of_aws():
            _RESOURCE_HANDLERS[kind] = _stand_in(kind)


def install() -> None:
    """Puts the additions in place. Called once, before the first request."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

    _RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"] = _global_table(_RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"])
    for kind, name in (
        ("AWS::DynamoDB::GlobalTable", "TableName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::IAM::Role", "RoleName"),
    ):
        _RESOURCE_HANDLERS[kind] = _refusing_what_exists(_RESOURCE_HANDLERS[kind], kind, name)
    _RESOURCE_HANDLERS[alarm_resources.ALARM] = alarm_resources.alarm_handlers(
        _RESOURCE_HANDLERS[alarm_resources.ALARM], _stand_in(alarm_resources.ALARM)
    )
    _RESOURCE_HANDLERS[alarm_resources.COMPOSITE] = alarm_resources.composite_handlers()
    _RESOURCE_HANDLERS["AWS::ECS::Service"] = services.with_programs(_RESOURCE_HANDLERS["AWS::ECS::Service"])
    _RESOURCE_HANDLERS[listener_rules.KIND] = listener_rules.with_priorities(_RESOURCE_HANDLERS[listener_rules.KIND])
    _RESOURCE_HANDLERS["AWS::S3::Bucket"] = _with_replication(_RESOURCE_HANDLERS["AWS::S3::Bucket"])
    for kind, property_name in (("AWS::Lambda::Function", "Code"), ("AWS::Lambda::LayerVersion", "Content")):
        _RESOURCE_HANDLERS[kind] = _with_code_check(_RESOURCE_HANDLERS[kind], property_name)
    _RESOURCE_HANDLERS["AWS::Lambda::Version"] = _of_the_very_code(_RESOURCE_HANDLERS["AWS::Lambda::Version"])
    lambda_svc._fetch_code_from_s3 = code_source.fetch
    lambda_svc.s3_code_region_message = code_source.region_message


class _AnyAttribute(dict[str, str]):
    """Answers every Fn::GetAtt on a stand-in with a value that shows where it came from."""

    def __init__(self, physical_id: str) -> None:
        super().__init__()
        self._physical_id = physical_id

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return f"{self._physical_id}.{key}"

    def __deepcopy__(self, memo: object) -> _AnyAttribute:
        return self


def _stand_in(kind: str) -> dict[str, Callable[..., Any]]:
    def create(logical_id: str, _props: Mapping[str, Any], stack_name: str) -> tuple[str, _AnyAttribute]:
        from ministack.core.responses import get_account_id, get_region

        physical_id = f"skipped-in-the-embedded-aws-{stack_name}-{logical_id}"
        note(physical_id, Skipped(get_account_id(), get_region(), stack_name, logical_id, kind))
        return physical_id, _AnyAttribute(physical_id)

    def update(physical_id: str, *_: Any) -> tuple[str, _AnyAttribute]:
        return physical_id, _AnyAttribute(physical_id)

    def delete(physical_id: str, *_: Any) -> None:
        forget(physical_id)

    return {"create": create, "update": update, "delete": delete}


def _of_the_very_code(original: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator publishes whatever code the function has; Lambda compares it with the version's CodeSha256."""

    def create(logical_id: str, props: Mapping[str, Any], *rest: Any) -> Any:
        from ministack.services.cloudformation.provisioners import _lambda_version_function

        function, _ = _lambda_version_function(props)
        wanted, has = props.get("CodeSha256"), function["config"].get("CodeSha256") if function else None
        if wanted and function and wanted != has:
            raise ValueError(f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({has}).")
        made = original["create"](logical_id, props, *rest)
        if function:
            workers.retire(function)
        return made

    return {**original, "create": create}


def _refusing_what_exists(original: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The emulator writes over a table or a role of the same name; CloudFormation fails the resource."""

    def create(logical_id: str, props: Mapping[str, Any], *rest: Any) -> Any:
        if props.get(name) and _exists(kind, props[name]):
            raise ValueError(f"Resource of type '{kind}' with identifier '{props[name]}' already exists.")
        return original["create"](logical_id, props, *rest)

    return {**original, "create": create}


def _exists(kind: str, name: str) -> bool:
    from ministack.services import dynamodb, iam

    return name in (iam._roles if kind == "AWS::IAM::Role" else dynamodb._tables)


def _global_table(original: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator makes the table in one region and ignores Replicas; its API for replicas works and is used here."""

    def create(logical_id: str, props: Mapping[str, Any], stack_name: str) -> Any:
        made = original["create"](logical_id, props, stack_name)
        _replicate(made[0], {}, props)
        return made

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
        made = original["update"](physical_id, old, new, *rest)
        _replicate(made[0], old if made[0] == physical_id else {}, new)
        return made

    def delete(physical_id: str, props: Mapping[str, Any]) -> None:
        _replicate(physical_id, props, {})
        original["delete"](physical_id, props)

    return {**original, "create": create, "update": update, "delete": delete}


def _replicate(table_name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    from ministack.core.responses import get_region
    from ministack.services import dynamodb

    table = dynamodb._tables.get(table_name)
    if table is None:
        return
    before, after = ({one["Region"] for one in props.get("Replicas", ())} - {get_region()} for props in (old, new))
    updates = [{"Create": {"RegionName": region}} for region in sorted(after - before)]
    updates += [{"Delete": {"RegionName": region}} for region in sorted(before - after)]
    if updates:
        refused = dynamodb._apply_replica_updates(table_name, table, updates)
        if refused:
            raise ValueError(json.loads(refused[2]).get("message", "the replicas cannot be made"))


def _with_replication(original: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator drops a bucket's ReplicationConfiguration; its S3 keeps the same rules under the same names."""

    def create(logical_id: str, props: Mapping[str, Any], *rest: Any) -> Any:
        made = original["create"](logical_id, props, *rest)
        _set_replication(made[0], props)
        return made

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
        made = original["update"](physical_id, old, new, *rest)
        if old.get("ReplicationConfiguration") != new.get("ReplicationConfiguration"):
            _set_replication(made[0], new)
        return made

    return {**original, "create": create, "update": update}


def _set_replication(bucket: str, props: Mapping[str, Any]) -> None:
    from ministack.services import s3

    wanted = props.get("ReplicationConfiguration")
    if not wanted:
        s3._bucket_replication.pop(bucket, None)
        return
    rules = [{**rule, "ID": rule.get("Id", f"rule-{number}")} for number, rule in enumerate(wanted["Rules"])]
    s3._bucket_replication[bucket] = {**wanted, "Rules": rules}


def _with_code_check(original: Mapping[str, Any], property_name: str) -> dict[str, Any]:
    """The emulator deploys a function whose code is missing; CloudFormation fails it."""

    def create(logical_id: str, props: Mapping[str, Any], *rest: Any) -> Any:
        code_source.check(props.get(property_name) or {})
        return original["create"](logical_id, props, *rest)

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
        if old.get(property_name) != new.get(property_name):
            code_source.check(new.get(property_name) or {})
        return original["update"](physical_id, old, new, *rest)

    return {**original, "create": create, **({"update": update} if "update" in original else {})}


@cache
def _types_of_aws() -> frozenset[str]:
    """Every resource type of AWS, from the schemas that cfn-lint carries (read as data: importing it is slow)."""
    spec = find_spec("cfnlint")
    if spec is None or spec.origin is None:
        return frozenset()
    schemas = Path(spec.origin).parent / "data" / "schemas" / "providers" / "us-east-1.json"
    return frozenset(json.loads(schemas.read_text()))
