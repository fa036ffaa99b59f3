"""Commands in words for people, as this reader must type them: with the options that every verb needs here."""

from __future__ import annotations

import re

# `orchestrator --local deploy` says its options already; `region-failover-orchestrator` is a package.
_NAMED = re.compile(
    r"(?<![\w./-])orchestrator (?=(bootstrap|deploy|destroy|drill|failback|failover|local|plan|report|rehearse|"
    r"simulate|status|synth|validate)\b)"
)


def as_called(text: str, command: str) -> str:
    """`command` in place of the `orchestrator` of every command: `orchestrator --config shop.yaml --local`.

    `local` itself is no matter of `--local`.
    """
    return _NAMED.sub(lambda found: f"{command.removesuffix(' --local') if found[1] == 'local' else command} ", text)
