"""Every block can be imported first, by a blueprint of one's own."""

from __future__ import annotations

import subprocess
import sys

from tests.blueprints.templates import ROOT

_EACH_FIRST = """
import importlib, pkgutil, sys
import blueprints
names = [one.name for one in pkgutil.walk_packages(blueprints.__path__, "blueprints.")]
for name in names:
    for loaded in [one for one in sys.modules if one.partition(".")[0] == "blueprints"]:
        del sys.modules[loaded]
    importlib.import_module(name)
    assert "troposphere" not in sys.modules, name
print(len(names))
"""


def test_every_module_can_be_the_first_and_needs_no_troposphere_to_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EACH_FIRST], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
