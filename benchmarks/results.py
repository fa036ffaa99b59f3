"""Each figure's numbers as one JSON file under .bench/results, with the machine they were taken on."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CACHE = Path(__file__).resolve().parents[1] / ".bench"


def save(figure: str, rows: list[dict[str, Any]]) -> None:
    """Print the rows and keep them."""
    for row in rows:
        print(figure, "  ".join(f"{key}={_shown(value)}" for key, value in row.items()), flush=True)
    folder = CACHE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "figure": figure,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "rows": rows,
    }
    (folder / f"{figure}.json").write_text(json.dumps(document, indent=2) + "\n")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
