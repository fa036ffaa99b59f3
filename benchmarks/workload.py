"""The stacks that the neighbours deploy: exactly those that our stack sets made, template and parameters alike."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.world import Shape, World, world

LAYERS = ("infra", "compute")


@dataclass(frozen=True, slots=True)
class StackOf:
    """One stack of one layer."""

    layer: str
    account: str
    region: str
    body: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def profile(self) -> str:
        """The AWS profile of its account."""
        return f"a{self.account}"


def harvest(running: World) -> tuple[StackOf, ...]:
    """Every stack of the target accounts, infra first."""
    found = []
    for account in running.shape.account_ids:
        for region in running.shape.region_names:
            client = running.client("cloudformation", region=region, account=account)
            for stack in client.describe_stacks()["Stacks"]:
                layer = next((one for one in LAYERS if f"-{one}-" in stack["StackName"]), "")
                if layer:
                    body = client.get_template(StackName=stack["StackName"])["TemplateBody"]
                    given = ((one["ParameterKey"], one["ParameterValue"]) for one in stack.get("Parameters", ()))
                    text = body if isinstance(body, str) else json.dumps(body)
                    found.append(StackOf(layer, account, region, text, tuple(sorted(given))))
    return tuple(sorted(found, key=lambda one: LAYERS.index(one.layer)))


def create(running: World, stacks: tuple[StackOf, ...]) -> None:
    """The stacks under the names that the neighbours give them, without a neighbour."""
    for one in stacks:
        client = running.client("cloudformation", region=one.region, account=one.account)
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in one.parameters]
        client.create_stack(
            StackName=f"bench-{one.layer}",
            TemplateBody=one.body,
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        client.get_waiter("stack_create_complete").wait(StackName=f"bench-{one.layer}", WaiterConfig={"Delay": 1})


def delete(running: World, stacks: tuple[StackOf, ...]) -> None:
    """What a neighbour or create() made."""
    for one in reversed(stacks):
        client = running.client("cloudformation", region=one.region, account=one.account)
        client.delete_stack(StackName=f"bench-{one.layer}")
    _delete_tables(running)


def _clear(running: World) -> None:
    """Take our stacks away; the artifact buckets and their contents stay for the neighbours' functions."""
    running.carry_out(running.counted_plan("destroy")[0])
    _delete_tables(running)


def _delete_tables(running: World) -> None:
    """Tables outlive their stacks, and would stand in the way of the next ones."""
    for account in running.shape.account_ids:
        for region in running.shape.region_names:
            tables = running.client("dynamodb", region=region, account=account)
            for name in tables.list_tables()["TableNames"]:
                tables.update_table(TableName=name, DeletionProtectionEnabled=False)
                tables.delete_table(TableName=name)


@contextlib.contextmanager
def prepared(shape: Shape) -> Iterator[tuple[World, tuple[StackOf, ...]]]:
    """An embedded AWS with roles, buckets and code but without stacks, and the stacks to deploy."""
    with world(shape) as running:
        running.deploy()
        stacks = harvest(running)
        _clear(running)
        yield running, stacks


def write_profiles(home: Path, accounts: tuple[str, ...], endpoint_url: str) -> None:
    """~/.aws of the neighbours: a profile per account, all pointing at the embedded AWS."""
    folder = home / ".aws"
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for account in accounts:
        lines += [
            f"[profile a{account}]",
            f"aws_access_key_id = {account}",
            "aws_secret_access_key = local",
            f"endpoint_url = {endpoint_url}",
            "",
        ]
    (folder / "config").write_text("\n".join(lines))
