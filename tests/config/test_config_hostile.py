"""Files made to hurt: nothing but a clear error comes out, within two seconds of processor time and 200 MiB."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.config import Loaded
from orchestrator.config.reading import parse
from orchestrator.core.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
SAMPLE = (ROOT / "regions.yaml").read_bytes()


def _laughs() -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(["l0: &l0 [lol]", *levels, ""])


def _with_options(text: str) -> str:
    return f"stack_sets: {{infra: {{options: {{a: {text}}}}}}}\n"


BOMBS = {
    "aliases": _laughs(),
    "self": "a: &a [*a]\n",
    "brackets": "[" * MIB,
    "braces": "{" * MIB,
    "open keys": "? " * (MIB // 2),
    "dashes": "- " * (MIB // 2),
    "deep block": "".join(" " * n + "a:\n" for n in range(1400)),
    "one long key": "a" * (MIB - 2) + ": ",
    "long explicit key": "? " + "a" * (MIB - 8) + "\n: 1\n",
    "one long value": "application: " + "a" * (MIB - 20),
    "long name": "environments: {? " + "a" * (MIB - 200) + " : {host: a.b, accounts: ['111111111111']}}",
    "long host": "environments: {a: {hosted_zone: b.c, host: '" + "a." * (MIB // 2 - 50) + "'}}",
    "long digits": "objectives: {rto: " + "1" * (MIB - 50) + "}",
    "long number": _with_options("1" * (MIB - 100)),
    "long base 60": _with_options("1" + ":1" * (MIB // 2 - 50)),
    "long underscores": _with_options("1" + "_" * (MIB - 100)),
    "long exponent": _with_options("1e" + "9" * (MIB - 100)),
    "long date": _with_options("2012-10-17T" + "1" * (MIB - 100)),
    "unknown keys": "".join(f"regions{n}: 1\n" for n in range(60_000)),
    "unknown regions": "regions: {" + ",".join(f"us-east-{n}: x" for n in range(9_000)) + "}",
    "same key": "a: 1\n" * 200_000,
    "many accounts": "environments: {a: {host: a.b, accounts: ["
    + ",".join(f'"{n:012d}"' for n in range(19_000))
    + "]}}",
    "many names": "regions: {us-east-1: {role: primary}, us-west-2: {role: secondary}}\n"
    + "environments: {a: {hosted_zone: b.c, host: '{account}.b.c', accounts: ["
    + ",".join(f'"{n:012d}"' for n in range(19_000))
    + "]}}",
    "many environments": "environments: {" + ",".join(f"e{n}: {{host: a.b, accounts: []}}" for n in range(4_000)) + "}",
    "many anchors": "[" + ",".join(f"&a{n} !t x" for n in range(15_000)) + "]",
    "many quotes": "'" * MIB,
    "long comment": "#" * MIB,
    "many comments": "#\n" * (MIB // 2),
    "tabs": "\t" * MIB,
    "tab lines": "a\t\n" * (MIB // 3),
    "bidi": "\u202e" * (MIB // 3),
    "line ends": "\n" * MIB,
    "blanks": " " * MIB,
    "directive": "%" * MIB,
    "documents": "---\n" * (MIB // 4),
    "block text": "a: |\n" + " x\n" * (MIB // 3 - 3),
    "ten megabytes": "a: 1\n" * (2 * MIB),
}

SCRIPT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (2, 3))
resource.setrlimit(resource.RLIMIT_AS, (200 * 2**20, 200 * 2**20))
from pathlib import Path
from orchestrator.config import load
from orchestrator.core.errors import ConfigurationError
try:
    load(Path(sys.argv[1]))
except ConfigurationError as error:
    sys.stdout.write(str(error))
    sys.exit(int(error.exit_code))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs the limits of Linux")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_short_clear_error(tmp_path, name):
    bomb = tmp_path / "regions.yaml"
    bomb.write_text(BOMBS[name])

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(bomb)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 64
    lines = done.stdout.splitlines()
    assert 0 < len(lines) <= 101
    assert all(re.match(rf"{re.escape(str(bomb))}(:\d+:\d+)?: ", line) for line in lines)
    assert len(done.stdout) < 60_000


def outcome(data: bytes) -> Loaded | ConfigurationError:
    try:
        return parse(data, Path("regions.yaml"))
    except ConfigurationError as error:
        return error


TOKENS = [b"&a ", b"*a", b"!!int ", b"<<: ", b"? ", b": ", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"|\n", b"#"]
TOKENS += [b"\t", b"\n", b"\r", b"---\n", b"...\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"012345670123", b"no", b"~"]
TOKENS += [b"us-east-1", b"{account}", b".inf", b"9" * 400, b"%YAML 9.9\n", "\u202e".encode(), b"\\x1b", b"@", b"`"]


@settings(max_examples=400, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 40), st.sampled_from(TOKENS) | st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_file_is_read_or_refused_and_nothing_else(edits):
    data = SAMPLE
    for start, length, put in edits:
        data = data[:start] + put + data[start + length :]

    result = outcome(data)

    if isinstance(result, ConfigurationError):
        assert result.problems
        assert all(problem.line >= 0 and problem.message and problem.fix for problem in result.problems)
        assert all(str(problem).isprintable() for problem in result.problems)
        assert list(result.problems) == sorted(result.problems)


@settings(max_examples=200, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    key=st.sampled_from(["application", "regions", "environments", "code", "stack_sets", "health", "access", "zzz"]),
)
def test_any_value_under_any_key_is_read_or_refused(value, key):
    lines = SAMPLE.decode().splitlines()
    kept, skipping = [], False
    for line in lines:
        if line[:1].isalpha():
            skipping = line.startswith(f"{key}:")
        if not skipping:
            kept.append(line)
    text = "\n".join([*kept, f"{key}: {json.dumps(value)}", ""])

    result = outcome(text.encode())

    assert isinstance(result, Loaded | ConfigurationError)
