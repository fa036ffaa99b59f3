"""The embedded AWS: an emulator in a process of its own, with what it lacks. Light to import."""

from orchestrator.local.administration import invent_units
from orchestrator.local.lifecycle import HOME_ACCOUNT, LocalAws, down, ensure_running, status, up
from orchestrator.local.outages import LocalOutages
from orchestrator.local.zone import ensure_zone

__all__ = [
    "HOME_ACCOUNT",
    "LocalAws",
    "LocalOutages",
    "down",
    "ensure_running",
    "ensure_zone",
    "invent_units",
    "status",
    "up",
]
