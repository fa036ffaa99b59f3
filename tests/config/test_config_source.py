# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""Files and bytes: what cannot be read is said with the place of the offending byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.config import load
from orchestrator.core.errors import ConfigurationError, ExitCode

CASES = [
    (b"a: 1\nb: \xe9\n", "2:4: byte 0xe9 is not UTF-8; save the file as UTF-8"),
    ("ä: ".encode() + b"\xff", "1:4: byte 0xff is not UTF-8; save the file as UTF-8"),
    ("a: 1\n".encode("utf-16"), "1:1: the file is UTF-16; save it as UTF-8 without a byte order mark"),
    ("a: 1\n".encode("utf-32"), "1:1: the file is UTF-32; save it as UTF-8 without a byte order mark"),
    (b"\xfe\xff\x00a", "1:1: the file is UTF-16; save it as UTF-8 without a byte order mark"),
    (b"\xef\xbb\xbfa: 1\n", "1:1: the file is UTF-8 with a byte order mark; save it as UTF-8 without a byte order mark"),
    (b"a: \x00\n", "1:4: U+0000 (a control character) is not allowed; delete it"),
    (b"a: 1 # \x1b[31m\n", "1:8: U+001B (a control character) is not allowed; delete it"),
    ("a: x\u202ey\n".encode(), "1:5: U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed; delete it"),
    ("a: 1\n\n# \u2066\n".encode(), "3:3: U+2066 (LEFT-TO-RIGHT ISOLATE) is not allowed; delete it"),
    ("a: x\u200by\n".encode(), "1:5: U+200B (ZERO WIDTH SPACE) is not allowed; delete it"),
    ("a: 1\u2028b: 2\n".encode(), "1:5: U+2028 (LINE SEPARATOR) is not allowed; delete it"),
    ("a: 1\x85b: 2\n".encode(), "1:5: U+0085 (a control character) is not allowed; delete it"),
    (b"a: 1\rb: 2\n", "1:5: U+000D (a control character) is not allowed; delete it"),
    (b"a:\n \tb: 1\n", "2:2: a tab is not allowed; write spaces, or \\t inside double quotes"),
    (b"a:\n\t\tb: 1\n", "2:1: a tab is not allowed; write spaces, or \\t inside double quotes"),
    (b"a: 1\t# one\n", "1:5: a tab is not allowed; write spaces, or \\t inside double quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CASES)
def test_bytes_that_are_no_clean_text_are_refused_with_their_place(complaints, data, expected):
    assert complaints(data) == [f"regions.yaml:{expected}"]


def test_utf_16_without_a_mark_is_refused_too(complaints):
    assert complaints("a: 1\n".encode("utf-16-le"))[0] == (
        "regions.yaml:1:2: U+0000 (a control character) is not allowed; delete it"
    )


def test_comments_may_hold_other_scripts(good, complaints):
    assert complaints(good + "# Grüße, 東京, مرحبا, می\u200cخواهم\n") == []


def test_invisible_characters_are_all_reported_up_to_a_bound(complaints):
    assert len(complaints("# \u202e\n" * 60)) == 60
    assert len(complaints("# \u202e\n" * 600 + "\ta: 1\n")) == 100


def test_a_file_over_one_mebibyte_is_refused_before_it_is_parsed(complaints):
    assert complaints(b"#" * (1024 * 1024 + 1)) == [
        "regions.yaml: is larger than 1 MiB; write a regions.yaml; a real one has a few kilobytes"
    ]
    assert complaints(b"#" * (1024 * 1024)) == [
        "regions.yaml:1:1: the file is empty; start from what `orchestrator init` writes"
    ]


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path / "regions.yaml")

    assert raised.value.exit_code is ExitCode.USAGE
    assert str(raised.value) == (
        f"{tmp_path}/regions.yaml: there is no such file; write one with `orchestrator init`, or name it with --config"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder", "is a folder; name the regions.yaml file itself with --config"),
        ("pipe", "is not a regular file; name the regions.yaml file itself with --config"),
        ("file/regions.yaml", "cannot be read: Not a directory; check the path and the permissions"),
        ("loop", "cannot be read: Too many levels of symbolic links; check the path and the permissions"),
        ("x" * 300, "cannot be read: File name too long; check the path and the permissions"),
    ],
)
def test_what_is_not_a_file_is_refused_without_waiting(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path / name)

    assert str(raised.value) == f"{tmp_path / name}: {message}"


def test_a_nul_in_the_path_is_no_crash():
    with pytest.raises(ConfigurationError) as raised:
        load(Path("a\0b"))

    assert "cannot be read: " in str(raised.value)


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path, good):
    (tmp_path / "regions.yaml").write_text(good)

    topology = load(tmp_path / "regions.yaml").topology

    assert topology.base_dir == str(tmp_path)
    assert topology.source == str(tmp_path / "regions.yaml")
