"""The use cases of the command line, and the composition root that chooses real or embedded AWS."""

from orchestrator.app.deployment import carry_out, check_saved, plan
from orchestrator.app.inspection import status, synthesize, validate
from orchestrator.app.settings import Settings

__all__ = ["Settings", "carry_out", "check_saved", "plan", "status", "synthesize", "validate"]
