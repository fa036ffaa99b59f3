"""From parsed options to the application's settings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.app import Settings


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that every use case takes."""
    from orchestrator.app import Settings

    return Settings(
        config=Path(options.config),
        environment=options.environment,
        local=options.local,
        state_dir=Path(options.state_dir),
    )
