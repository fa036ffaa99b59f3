"""Host names: valid, inside their zone, one per account, and no two environments with the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.config.problems import Problems, show
from orchestrator.config.walk import Draft

PLACEHOLDER = "{account}"
NAME_LIMIT = 253  # RFC 1035: 255 bytes on the wire
CERTIFICATE_LIMIT = 64  # ACM: the first name of a certificate (RFC 5280, common name)
_ANY_ACCOUNT = "0" * 12
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_BRACED = re.compile(r"\{[^{}]*\}|[{}]")


def check(draft: Draft, problems: Problems) -> None:
    """Report hosts and zones that Route 53 or ACM would refuse, or that would answer for one another."""
    taken: dict[str, str] = {}
    for environment in draft.under("environments"):
        zone = _zone(draft, environment, problems)
        host = _host(draft, environment, problems)
        if host:
            _check_inside(draft, environment, host, zone, problems)
            _check_taken(draft, environment, host, taken, problems)


def name_fault(name: str) -> tuple[str, str]:
    """What is wrong with a domain name and what to write instead; two empty texts when nothing is."""
    written = show(name)
    if "/" in name or "@" in name:
        return f"{written} is not a bare name", "write the name alone, without scheme, path or user"
    if not name.isascii():
        return f"{written} is not ASCII", "write the name in its xn-- form"
    if name != name.lower():
        return f"{written} holds capitals", f"write {show(name.lower())}"
    if name.endswith(".") and name.strip("."):
        return f"{written} ends with a dot", f"write {show(name.rstrip('.'))}"
    if len(name) > NAME_LIMIT:
        return f"{written} has {len(name)} characters, DNS takes {NAME_LIMIT}", "write a shorter name"
    labels = name.split(".")
    wrong = next((label for label in labels if not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        rule = "write 1 to 63 letters, digits and dashes between dots, no dash first or last"
        return f"{written} holds {show(wrong)}, which is no DNS label", rule
    if len(labels) < 2:
        return f"{written} has one part only", "write a full name such as sample.example.com"
    return "", ""


def _zone(draft: Draft, environment: str, problems: Problems) -> str:
    path = ("environments", environment, "hosted_zone", "name")
    zone = draft.text(*path)
    if not zone:
        return ""
    message, fix = name_fault(zone)
    if PLACEHOLDER in zone:
        message, fix = "a zone cannot depend on the account", "write the name of one zone"
    if message:
        problems.error(draft.at(*path), path[:3], message, fix=fix)
    return "" if message else zone


def _host(draft: Draft, environment: str, problems: Problems) -> str:
    """The shared host with `{account}` still in it, when it can be used."""
    path = ("environments", environment, "host")
    host = draft.text(*path)
    if not host:
        return ""
    message, fix = _placeholder_fault(draft, environment, host)
    if not message:
        message, fix = _expanded_fault(host)
    if message:
        problems.error(draft.at(*path), path, message, fix=fix)
    return "" if message else host


def _placeholder_fault(draft: Draft, environment: str, host: str) -> tuple[str, str]:
    other = next((found for found in _BRACED.findall(host) if found != PLACEHOLDER), "")
    if other:
        return f"{show(other)} is not a placeholder", "write {account}, the only one there is; regions are put in front"
    several = len(draft.under("environments", environment, "accounts")) > 1
    units = draft.under("environments", environment, "organizational_units")
    if (several or units) and PLACEHOLDER not in host:
        return "is the same for all accounts", f"write {show('{account}.' + host)}, so that each has its own"
    return "", ""


def _expanded_fault(host: str) -> tuple[str, str]:
    expanded = host.replace(PLACEHOLDER, _ANY_ACCOUNT)
    message, fix = name_fault(expanded)
    if message:
        return message, fix
    if len(expanded) > CERTIFICATE_LIMIT:
        return f"has {len(expanded)} characters, a certificate takes {CERTIFICATE_LIMIT}", "write a shorter name"
    return "", ""


def _check_inside(draft: Draft, environment: str, host: str, zone: str, problems: Problems) -> None:
    path = ("environments", environment, "host")
    if zone and host != zone and not host.endswith("." + zone):
        fix = f"write a name that ends with .{zone}, or another hosted_zone"
        problems.error(draft.at(*path), path, f"{host} is not inside the hosted zone {zone}", fix=fix)
    ttl = draft.number("failover", "ttl")
    if host == zone and ttl is not None and ttl != 60:
        message = f"{host} is the top of its zone, where only alias records can stand, and these have a ttl of 60"
        problems.error(draft.at("failover", "ttl"), ("failover", "ttl"), message, fix="write 60")


def _check_taken(draft: Draft, environment: str, host: str, taken: dict[str, str], problems: Problems) -> None:
    """Names are compared as they will be in DNS, for every account that is known. `taken`: shared name to its owner."""
    path = ("environments", environment, "host")
    regions = draft.under("regions")
    accounts = draft.texts("environments", environment, "accounts")
    shared = {host, *(host.replace(PLACEHOLDER, account) for account in accounts)}
    others = {taken[rival] for name in shared for rival in _rivals(name, regions) if rival in taken}
    if others:
        message = f"{host} and its regional names are used by {show(min(others))} already"
        problems.error(draft.at(*path), path, message, fix="give each environment names of its own")
    taken.update(dict.fromkeys(shared, environment))


def _rivals(name: str, regions: tuple[str, ...]) -> Iterator[str]:
    """Every shared name that would meet `name` in DNS: itself, the one it is regional to, and those regional to it."""
    yield name
    first, _, rest = name.partition(".")
    if first in regions:
        yield rest
    yield from (f"{region}.{name}" for region in regions)
