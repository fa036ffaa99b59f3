"""CloudFormation's stacks in every account and region: what they run, and why a change of them fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.canonical import digest, template_digest
from orchestrator.core.errors import NotFound, OperationInProgress
from orchestrator.core.state import ResourceFailure, Stack
from orchestrator.simulation import templates
from orchestrator.simulation.buckets import SimulatedBuckets
from orchestrator.simulation.clock import VirtualClock
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Faults, Gate
from orchestrator.simulation.templates import Place

Key = tuple[Place, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInput:
    """One CreateStack or UpdateStack."""

    body: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Held:
    stack: Stack
    body: str
    failure: ResourceFailure | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A change of a plain stack under way; `wanted` None: a deletion."""

    wanted: StackInput | None
    ends_at: float


class SimulatedStacks:
    """Every stack there is. Stack sets call `begin`, `apply` and `remove`; the port's methods make plain stacks."""

    def __init__(
        self, clock: VirtualClock, gate: Gate, faults: Faults, buckets: SimulatedBuckets, durations: Durations
    ) -> None:
        self._clock, self._gate, self._faults = clock, gate, faults
        self._buckets, self._durations = buckets, durations
        self._held: dict[Key, _Held] = {}
        self._pending: dict[Key, _Pending] = {}

    # -- what stack sets and others do -------------------------------------------------------------------------------

    def begin(self, place: Place, name: str, at: float) -> None:
        """A change begins: the stack is there, IN_PROGRESS, with what it ran before."""
        have = self._held.get((place, name))
        if have is None or have.stack.status == "ROLLBACK_COMPLETE":
            self._held[(place, name)] = _Held(self._new(place, name, at), "{}")
            return
        stack = replace(have.stack, status="UPDATE_IN_PROGRESS", updated_at=self._clock.at(at))
        self._held[(place, name)] = replace(have, stack=stack)

    def apply(self, place: Place, name: str, wanted: StackInput, failure: str = "") -> str:
        """A change ends. The reason of its failure, "" for success; after a failure the stack has rolled back."""
        have = self._held[(place, name)]
        creating = have.stack.status == "CREATE_IN_PROGRESS"
        reason = failure or self._obstacle(place, wanted) or self._make_buckets(place, have.body, wanted.body)
        if reason:
            status = "ROLLBACK_COMPLETE" if creating else "UPDATE_ROLLBACK_COMPLETE"
            stack = replace(have.stack, status=status, status_reason=reason)
            self._held[(place, name)] = _Held(stack, have.body, ResourceFailure("Simulated", "AWS::Simulated", reason))
            return reason
        stack = replace(
            have.stack,
            status="CREATE_COMPLETE" if creating else "UPDATE_COMPLETE",
            status_reason="",
            parameters=tuple(sorted(wanted.parameters.items())),
            outputs=templates.outputs(wanted.body, place),
            tags=tuple(sorted(wanted.tags.items())),
        )
        self._held[(place, name)] = _Held(stack, wanted.body)
        return ""

    def remove(self, place: Place, name: str) -> str:
        """A deletion ends. The reason of its failure, "" for success."""
        have = self._held.get((place, name))
        doomed = [bucket for bucket, kept in templates.buckets(have.body, place).items() if not kept] if have else []
        full = [bucket for bucket in doomed if not self._buckets.remove(bucket)]
        if have and full:
            reason = f"The bucket {full[0]} is not empty"
            self._held[(place, name)] = replace(have, stack=replace(have.stack, status="DELETE_FAILED"))
            return reason
        self._held.pop((place, name), None)
        return ""

    def tamper(self, account: str, region: str, name: str, body: str) -> None:
        """Change a stack's template behind StackSets' back: its tags stay."""
        key = next(key for key in self._held if key[0] == Place(account, region) and name in key[1])
        have = self._held[key]
        self._clock.sleep(1)
        self._held[key] = replace(have, body=body, stack=replace(have.stack, updated_at=self._clock.now()))

    def set_status(self, account: str, region: str, name: str, status: str) -> None:
        """Leave a stack in this status."""
        key = next(key for key in self._held if key[0] == Place(account, region) and name in key[1])
        self._held[key] = replace(self._held[key], stack=replace(self._held[key].stack, status=status))

    def all(self) -> Iterator[tuple[Stack, str]]:
        """Every stack with its template."""
        self._settle()
        yield from [(held.stack, held.body) for held in self._held.values()]

    # -- the port ----------------------------------------------------------------------------------------------------

    def list(self, account: str, region: str, *, name_contains: str) -> Sequence[Stack]:
        """The stacks of one account and region."""
        with self._gate.call("Stacks.list", region=region, account=account):
            return [
                stack
                for stack, _ in self.all()
                if (stack.account, stack.region) == (account, region) and name_contains in stack.name
            ]

    def template_digest(self, account: str, region: str, stack: str) -> str:
        """The digest of what the stack runs."""
        with self._gate.call("Stacks.template_digest", region=region, account=account):
            return template_digest(self._get(account, region, stack).body)

    def failure(self, account: str, region: str, stack: str) -> ResourceFailure | None:
        """The failure of its last change; `stack` is a name or an id."""
        with self._gate.call("Stacks.failure", region=region, account=account):
            found = [held for held in self._held.values() if stack in (held.stack.name, held.stack.id)]
            return found[0].failure if found else None

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
        """Create or update by name. OperationInProgress while it changes."""
        with self._gate.call("Stacks.put", region=region, account=account, mutating=True):
            self._settle()
            key = (Place(account, region), name)
            if key in self._pending:
                raise OperationInProgress(f"stack {name} is changing", where="Stacks.put")
            have = self._held.get(key)
            if have and template_digest(have.body) == template_digest(body):
                return False
            self._gate.changed("Stacks.put", f"{account}/{region}/{name}")
            seconds = self._durations.update_stack_s if have else self._durations.create_stack_s
            self.begin(key[0], name, self._clock.monotonic())
            wanted = StackInput(body=body, parameters=dict(parameters), tags=dict(tags))
            self._pending[key] = _Pending(wanted, self._clock.monotonic() + seconds)
            return True

    def get(self, account: str, region: str, name: str) -> Stack | None:
        """One stack with its digest."""
        with self._gate.call("Stacks.get", region=region, account=account):
            self._settle()
            held = self._held.get((Place(account, region), name))
            return replace(held.stack, digest=template_digest(held.body)) if held else None

    def delete(self, account: str, region: str, name: str, *, token: str) -> None:
        """Start a deletion; silent when it is gone."""
        with self._gate.call("Stacks.delete", region=region, account=account, mutating=True):
            key = (Place(account, region), name)
            if key in self._held and key not in self._pending:
                self._gate.changed("Stacks.delete", f"{account}/{region}/{name}")
                stack = replace(self._held[key].stack, status="DELETE_IN_PROGRESS")
                self._held[key] = replace(self._held[key], stack=stack)
                self._pending[key] = _Pending(None, self._clock.monotonic() + self._durations.delete_stack_s)

    # -- below -------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        now = self._clock.monotonic()
        for key, pending in sorted(self._pending.items(), key=lambda item: item[1].ends_at):
            if pending.ends_at <= now:
                del self._pending[key]
                if pending.wanted is None:
                    self.remove(*key)
                else:
                    self.apply(*key, pending.wanted, self._faults.failure(key[1], key[0].account, key[0].region))

    def _get(self, account: str, region: str, name: str) -> _Held:
        held = self._held.get((Place(account, region), name))
        if held is None:
            raise NotFound(f"stack {name} does not exist", where=f"CloudFormation in {region}", code="ValidationError")
        return held

    def _new(self, place: Place, name: str, at: float) -> Stack:
        identity = digest(f"{place.account}/{place.region}/{name}/{at}")[:12]
        return Stack(
            account=place.account,
            region=place.region,
            name=name,
            id=f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{name}/{identity}",
            status="CREATE_IN_PROGRESS",
            updated_at=self._clock.at(at),
        )

    def _obstacle(self, place: Place, wanted: StackInput) -> str:
        """Lambda reads code only from its own region's bucket: what is not there fails the stack."""
        bucket = f"{wanted.parameters.get('ArtifactBucketPrefix', '')}-{place.region}"
        for key, version in templates.code_objects(wanted.parameters):
            if not self._buckets.holds(bucket, key, version):
                return f"S3 Error Code: NoSuchVersion: {bucket} does not hold version {version} of {key}"
        return ""

    def _make_buckets(self, place: Place, before: str, after: str) -> str:
        new = templates.buckets(after, place).keys() - templates.buckets(before, place).keys()
        taken = [bucket for bucket in sorted(new) if not self._buckets.make(bucket, place.region)]
        return f"{taken[0]} already exists" if taken else ""
