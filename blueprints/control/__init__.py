"""The control layer: what the orchestrator itself needs in every region of the home account."""

from blueprints.control.control import Control

__all__ = ["Control"]
