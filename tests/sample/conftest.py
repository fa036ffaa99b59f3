"""The sample's modules are imported the way Lambda does: from the folder of the package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sample" / "app"))
