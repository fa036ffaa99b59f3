"""A regions.yaml without faults, and what is said about any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.config import Loaded
from orchestrator.config.reading import parse
from orchestrator.core.errors import ConfigurationError

GOOD = """\
application: sample
home_region: us-west-2
regions:
  us-east-1: {role: primary}
  us-west-2: {role: secondary}
environments:
  production:
    accounts: ["111111111111"]
    host: sample.fed.dev
    hosted_zone: fed.dev
code:
  app: {path: sample/app}
"""


@pytest.fixture
def good() -> str:
    """A file without faults or warnings, with nothing but the required keys."""
    return GOOD


@pytest.fixture
def read() -> Callable[[str], Loaded]:
    """Reads a text as if it stood in regions.yaml."""
    return lambda text: parse(text.encode(), Path("regions.yaml"))


@pytest.fixture
def complaints() -> Callable[[str | bytes], list[str]]:
    """What is wrong with a text, one line per problem."""

    def said(text: str | bytes) -> list[str]:
        try:
            parse(text.encode() if isinstance(text, str) else text, Path("regions.yaml"))
        except ConfigurationError as error:
            return str(error).splitlines()
        return []

    return said
