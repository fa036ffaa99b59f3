"""Whose a record is that stands at one of our names: ours, or somebody's who must be asked first.

Route 53 has no tags on records. A record counts as ours by where it leads, and by the set identifier that we give.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.core.dns import RecordSet
from orchestrator.core.names import Names
from orchestrator.core.routing import ADDRESS_IN, ADDRESS_OUT
from orchestrator.core.state import ObservedState

# The regional domain of an API, in every partition: an earlier one of ours is known to nobody any more.
_API_DOMAIN = re.compile(r"[\w-]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
# A load balancer's name, of which EC2 takes 32 characters, begins with the prefix of whoever made it.
_LOAD_BALANCER = re.compile(r"[\w-]+\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?")
_NAME_BEGINS = 23
_STATES = ((ADDRESS_IN,), (ADDRESS_OUT,))


@dataclass(frozen=True, slots=True)
class RecordOwner:
    """Judges records. `owned_names` are those that this environment has or had; `targets` what its stacks tell.

    `parents` are the domains that the targets stand in.
    """

    prefix: str
    owned_names: frozenset[str]
    targets: frozenset[str]
    parents: frozenset[str]

    def is_foreign(self, record: RecordSet, *, strictly: bool = False) -> bool:
        """Whether it leads where nothing of this environment ever was, or bears another's set identifier.

        `strictly`: what an earlier stack may have been is not enough; only what is known counts.
        """
        if record.set_identifier and not record.set_identifier.startswith(f"{self.prefix}-"):
            return True
        if record.set_identifier and record.values in _STATES:
            return False
        targets = (record.alias.name,) if record.alias else record.values
        names = [str(target).rstrip(".").lower() for target in targets]
        return not all(self._is_known(name) or (not strictly and self._may_be_earlier(name)) for name in names)

    def _is_known(self, name: str) -> bool:
        return name in self.owned_names or name in self.targets

    def _may_be_earlier(self, name: str) -> bool:
        if _parent(name) in self.parents or _API_DOMAIN.fullmatch(name) is not None:
            return True
        return _LOAD_BALANCER.fullmatch(name) is not None and name.startswith(self.prefix[:_NAME_BEGINS].lower())


def record_owner(names: Names, owned_names: frozenset[str], observed: ObservedState) -> RecordOwner:
    """From the targets that the infra stacks tell: another target beside one of them was made by an earlier stack."""
    infra = names.stack_set("infra")
    stacks = [one.stack for one in observed.instances if one.stack_set == infra and one.stack]
    told = [value for stack in stacks for key, value in stack.outputs if key.endswith("Target")]
    return owner_of_targets(names.prefix, owned_names, frozenset(value.rstrip(".").lower() for value in told))


def owner_of_targets(prefix: str, owned_names: frozenset[str], targets: frozenset[str]) -> RecordOwner:
    """With the domains above the targets: a name without a dot has none, and a top-level domain is nobody's."""
    parents = frozenset(parent for one in targets if "." in (parent := _parent(one)))
    return RecordOwner(prefix, owned_names, targets, parents)


def _parent(name: str) -> str:
    return name.partition(".")[2]
