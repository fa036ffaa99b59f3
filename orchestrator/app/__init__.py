"""The use cases of the command line, and the composition root that chooses real or embedded AWS."""

from orchestrator.app.deployment import Undertaking, check_saved, ensure_allowed, nothing_to_do, undertake
from orchestrator.app.inspection import status, synthesize, validate
from orchestrator.app.settings import Settings

__all__ = [
    "Settings",
    "Undertaking",
    "check_saved",
    "ensure_allowed",
    "nothing_to_do",
    "status",
    "synthesize",
    "undertake",
    "validate",
]
