"""The neighbours, each installed once into an environment of its own under .bench/peers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import CACHE

_FOLDER = CACHE / "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool, what to install and the program to run."""

    name: str
    packages: tuple[str, ...]
    program: str

    @property
    def folder(self) -> Path:
        """Its environment."""
        return _FOLDER / self.name

    @property
    def path(self) -> Path:
        """Its program."""
        return self.folder / self.program

    def install(self) -> Path:
        """The program, installed if need be. Raises CalledProcessError, FileNotFoundError (no npm)."""
        if not self.path.exists():
            print(f"installing {' '.join(self.packages)} ...", file=sys.stderr, flush=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            for command in self._commands():
                subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        return self.path

    def _commands(self) -> list[list[str]]:
        if self.program.startswith("node_modules"):
            return [["npm", "install", "--silent", "--no-audit", "--no-fund", *self.packages]]
        pip = ["bin/pip", "--disable-pip-version-check", "install", "--quiet", *self.packages]
        return [[sys.executable, "-m", "venv", "."], pip]


AWS = Peer("aws", ("awscli==1.46.*",), "bin/aws")
SCEPTRE = Peer("sceptre", ("sceptre==4.7.*",), "bin/sceptre")
CFNGIN = Peer("cfngin", ("runway==2.8.*",), "bin/runway")
SAM = Peer("sam", ("aws-sam-cli==1.170.*",), "bin/sam")
CDK = Peer("cdk", ("aws-cdk@2.1148", "aws-cdk-lib@2", "constructs@10"), "node_modules/.bin/cdk")
ALL = (AWS, SCEPTRE, CFNGIN, SAM, CDK)


def quiet_environment(home: Path) -> dict[str, str]:
    """No telemetry, no version checks, no proxies, no settings of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "*",
        "NO_COLOR": "1",
        "CI": "1",
        "SAM_CLI_TELEMETRY": "0",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
        "CFNGIN_STACK_POLL_TIME": "2",
    }
