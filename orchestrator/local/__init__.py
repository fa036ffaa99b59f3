"""The embedded AWS: an emulator in a process of its own, with what it lacks. Light to import."""

from orchestrator.local.administration import invent_units
from orchestrator.local.lifecycle import HOME_ACCOUNT, LocalAws, down, ensure_running, status, up
from orchestrator.local.outages import LocalOutages
from orchestrator.local.programs import PROGRAMS, Unplayed, programs, take_along, unplayed
from orchestrator.local.zone import ensure_zone

__all__ = [
    "HOME_ACCOUNT",
    "PROGRAMS",
    "LocalAws",
    "LocalOutages",
    "Unplayed",
    "down",
    "ensure_running",
    "ensure_zone",
    "invent_units",
    "programs",
    "status",
    "take_along",
    "unplayed",
    "up",
]
