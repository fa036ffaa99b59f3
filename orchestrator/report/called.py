"""Commands in words for people, as this reader must type them: with the options that every verb needs here."""

from __future__ import annotations

import re

# `orchestrator --local deploy` says its options already; `region-failover-orchestrator` is a package.
_NAMED = re.compile(
    r"(?<![\w./-])orchestrator (bootstrap|deploy|destroy|drill|failback|failover|local|plan|report|rehearse|"
    r"simulate|status|synth|validate)\b"
)


def as_called(text: str, command: str, consents: str = "") -> str:
    """`command` in place of the `orchestrator` of every command: `orchestrator --config shop.yaml --local`.

    `local` itself is no matter of `--local`. `consents`: what every `deploy` must be told again (`--despite-drill`).
    """

    def called(found: re.Match[str]) -> str:
        match found[1]:
            case "local":
                return f"{command.removesuffix(' --local')} local"
            case "deploy" if consents:
                return f"{command} deploy {consents}"
            case verb:
                return f"{command} {verb}"

    return _NAMED.sub(called, text)
