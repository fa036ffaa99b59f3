"""The reference page of the rules, out of their table."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.analyse import FAMILIES
from orchestrator.core.analysis.rule import Family, Rule
from orchestrator.core.plan import Severity

_HEAD = """# Rules of the safety analysis

Generated from the table of rules. `orchestrator validate` and `orchestrator plan` hold every template of the
application against them, this tool's own and yours. An **error** refuses (exit 3): only what is certain to interrupt
users, to lose data or to give it away is one. Everything else is a **warning**.

Rules that compare look at the deployed templates, so they speak in `plan`, once, of a change. Which property replaces
its resource is read from the resource's schema (`createOnlyProperties`), not from a list.

## When a finding is meant

Say so, with the reason, for one rule on one resource. The report shows it as a note: `suppressed: ...`. In
`regions.yaml`:

```yaml
analysis:
  suppress:
    infra.Table:
      table-without-pitr: rebuilt from events every night
```

or, in a blueprint of your own, on the resource itself:

```python
accepted = {"table-without-pitr": "rebuilt from events every night"}
Table("Events", Metadata={"orchestrator": {"suppress": accepted}}, TableName=name)
```

One without a reason is not applied, and one that nothing is left to excuse is told, so that it does not hide what comes
later.
"""
_FAMILIES = {
    Family.DOWNTIME: "Downtime",
    Family.INDEPENDENCE: "Independence of the regions",
    Family.SECURITY: "Security",
    Family.RECOVERY: "Recovery",
    Family.JOINTS: "Joints of the layers",
}


def rules_markdown() -> str:
    """A section per family, a heading per rule: its id, which findings link to."""
    return _HEAD + "".join(f"\n{part}\n" for family in Family for part in _family(family))


def _family(family: Family) -> Iterator[str]:
    yield f"## {_FAMILIES[family]}"
    yield from (_rule(rule) for rule in FAMILIES[family])


def _rule(rule: Rule) -> str:
    compares = ", compares with what is deployed" if rule.compares else ""
    kind = "error" if rule.severity is Severity.ERROR else "warning"
    return f"### {rule.id}\n\n{rule.title} ({kind}{compares}).\n\n{rule.why}\n\nWhat to do: {rule.fix}."
