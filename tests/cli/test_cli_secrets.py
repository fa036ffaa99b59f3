"""Canaries in the credentials, an AWS that repeats all that it was sent, and every output searched for them."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.terminal import ROOT, environment

SECRET, TOKEN = "canary/Secret+Key0000000000000000000000000", "canary/Session+Token==" * 8


class Repeating(BaseHTTPRequestHandler):
    """Refuses each signature as AWS does: with the canonical request that it should have been made of."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signed = "\n".join(f"{name.lower()}:{value}" for name, value in self.headers.items())
        said = f"The request signature we calculated does not match. The Canonical String should have been {signed}"
        body = (
            f"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{said}</Message></Error></ErrorResponse>"
        )
        self.send_response(403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_PUT = do_HEAD = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def repeating() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repeating)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def forms(secret: str) -> set[str]:
    """As it is, as parts of addresses show it, and encoded."""
    return {secret, quote(secret, safe=""), quote(secret), base64.b64encode(secret.encode()).decode(), secret[:20]}


@pytest.mark.parametrize("words", [["plan"], ["status"], ["deploy", "--yes"], ["plan", "--log-format", "json"]])
def test_no_output_holds_a_secret_although_aws_repeats_it(tmp_path: Path, repeating: str, words: list[str]) -> None:
    options = ("--config", str(ROOT / "regions.yaml"), "--state-dir", str(tmp_path), "--verbose")
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", *options, *words],
        cwd=ROOT,
        env=environment(
            AWS_ACCESS_KEY_ID="AKIDCANARY",
            AWS_SECRET_ACCESS_KEY=SECRET,
            AWS_SESSION_TOKEN=TOKEN,
            AWS_ENDPOINT_URL=repeating,
            AWS_CONFIG_FILE=str(tmp_path / "none"),
            AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"),
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    written = [file.read_text("utf-8", "replace") for file in tmp_path.rglob("*") if file.is_file()]
    outputs = "\n".join([done.stdout, done.stderr, *written])

    assert done.returncode == 1
    assert "signature we calculated does not match" in outputs
    assert "(hidden)" in outputs
    assert [form for secret in (SECRET, TOKEN) for form in forms(secret) if form in outputs] == []
