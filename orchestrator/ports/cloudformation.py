"""CloudFormation: stack sets of the home account, stacks of any account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.core.fan_out import ALL_AT_ONCE, FanOut
from orchestrator.core.state import (
    InstanceResult,
    ObservedStackSet,
    Operation,
    ResourceFailure,
    Stack,
    StackInstance,
    Targets,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSetInput:
    """The fields of CreateStackSet and UpdateStackSet that do not depend on the region."""

    name: str
    body: str
    parameters: Mapping[str, str]
    capabilities: tuple[str, ...]
    tags: Mapping[str, str]
    administration_role_arn: str
    execution_role: str
    service_managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationInput:
    """Where an operation goes and under which id it runs (the id is the idempotency token).

    An empty `targets.organizational_units` means accounts. Several `regions`: the control layer only. None: an update
    of a stack set without instances, where neither targets nor regions are sent. `fan_out`: over the accounts.
    """

    stack_set: str
    operation_id: str
    targets: Targets
    regions: tuple[str, ...]
    fan_out: FanOut = ALL_AT_ONCE


class StackSets(Protocol):
    """The stack sets of the home account in the home region."""

    def describe(self, name: str) -> ObservedStackSet | None:
        """The stack set with its recent operations, newest first."""
        ...

    def instances(self, name: str, *, region: str = "") -> Sequence[StackInstance]:
        """Every instance (of one region, if given) as StackSets sees it; `stack` stays None."""
        ...

    def create(self, stack_set: StackSetInput, *, token: str) -> None:
        """CreateStackSet with ClientRequestToken. AlreadyExists when the name is taken."""
        ...

    def create_instances(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start CreateStackInstances. AlreadyExists when the operation id has run; OperationInProgress."""
        ...

    def update(self, stack_set: StackSetInput, operation: OperationInput) -> None:
        """Start UpdateStackSet for the named places only. Same errors as create_instances."""
        ...

    def override(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start UpdateStackInstances: these overrides replace the instances' own."""
        ...

    def delete_instances(self, operation: OperationInput) -> None:
        """Start DeleteStackInstances, stacks included."""
        ...

    def delete(self, name: str) -> None:
        """DeleteStackSet; silent when it is gone."""
        ...

    def operation(self, stack_set: str, operation_id: str) -> Operation:
        """One operation. NotFound when the id never ran."""
        ...

    def results(self, stack_set: str, operation_id: str) -> Sequence[InstanceResult]:
        """What the operation did to each instance."""
        ...


class Stacks(Protocol):
    """CloudFormation stacks in any account and region that the access role reaches."""

    def list(self, account: str, region: str, *, name_contains: str) -> Sequence[Stack]:
        """Every stack whose name contains the text, in one paged listing. `digest` is ""; deleted ones are left out."""
        ...

    def template_digest(self, account: str, region: str, stack: str) -> str:
        """SHA-256 of the canonical form of the template that the stack runs."""
        ...

    def failure(self, account: str, region: str, stack: str) -> ResourceFailure | None:
        """The first resource failure of the stack's last change."""
        ...

    def put(
        self,
        account: str,
        region: str,
        *,
        name: str,
        body: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> bool:
        """Create or update by name (CAPABILITY_NAMED_IAM). False when CloudFormation says there is nothing to do."""
        ...

    def get(self, account: str, region: str, name: str) -> Stack | None:
        """One stack by name, `digest` read from GetTemplate."""
        ...

    def delete(self, account: str, region: str, name: str, *, token: str) -> None:
        """Start DeleteStack; silent when it is gone."""
        ...
