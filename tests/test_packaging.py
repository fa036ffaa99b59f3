"""Packages: the same files give the same bytes, and what Lambda could not use is refused with its place."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import resource
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import ConfigurationError, ExitCode, Refused
from orchestrator.core.names import Names
from orchestrator.packaging import Package, foreign, package
from orchestrator.packaging.package import UNZIPPED_LIMIT_BYTES


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def names(made: Package) -> list[str]:
    with zipfile.ZipFile(made.path) as archive:
        return archive.namelist()


def refusal(source: Path, into: Path, **options: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        package(source, name="app", into=into, **options)
    assert not list(into.glob("*")) if into.exists() else True
    return str(caught.value)


# -- reproducible -------------------------------------------------------------------------------------------------

NAMES = st.text("abcXYZ09_-. é", min_size=1, max_size=8).filter(lambda name: name.strip(". ") == name)
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=2).map("/".join), st.binary(max_size=40), min_size=1, max_size=6
)


def without_clashes(tree: dict[str, bytes]) -> dict[str, bytes]:
    """No name is a file and a folder at once."""
    folders = {name.split("/")[0] for name in tree if "/" in name}
    return {name: content for name, content in tree.items() if name not in folders}


@settings(max_examples=60, deadline=None)
@given(tree=TREES.map(without_clashes).filter(bool), seed=st.integers())
def test_the_digest_depends_on_names_and_contents_only(tree: dict[str, bytes], seed: int) -> None:
    shuffled = list(tree.items())
    random.Random(seed).shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        one = write(Path(folder, "one"), tree)
        other = write(Path(folder, "other"), dict(shuffled))
        for at, file in enumerate(sorted(other.rglob("*"))):
            file.chmod(0o700 if file.is_dir() else 0o600)
            os.utime(file, (seed % 2**31 + at, seed % 2**31))
        first, second = (package(source, name="app", into=Path(folder, "out")) for source in (one, other))

        assert first == second


@settings(max_examples=30, deadline=None)
@given(tree=TREES.map(without_clashes).filter(bool), extra=st.binary(min_size=1, max_size=10))
def test_another_content_is_another_digest(tree: dict[str, bytes], extra: bytes) -> None:
    changed = {name: content + extra for name, content in tree.items()}
    with tempfile.TemporaryDirectory() as folder:
        made = [
            package(write(Path(folder, str(at)), one), name="app", into=Path(folder, "out"))
            for at, one in enumerate((tree, changed))
        ]

        assert made[0].sha256 != made[1].sha256


def test_the_bytes_are_known(tmp_path: Path) -> None:
    """A digest written down: it changes when the format does, on whatever machine."""
    source = write(tmp_path / "app", {"b/c.py": b"x = 1\n", "a.py": b"", "run": b"#!/bin/sh\n"})
    (source / "run").chmod(0o755)

    made = package(source, name="app", into=tmp_path / "out")

    assert made.sha256 == "e1eb1330f199a8c3fa8d99bb639daa5b83cdbc372411200d53079a333ca85070"
    assert names(made) == ["a.py", "b/c.py", "run"]


def test_the_package_is_named_by_its_content(tmp_path: Path) -> None:
    made = package(write(tmp_path / "app", {"a.py": b"1"}), name="app", into=tmp_path / "out")
    content = made.path.read_bytes()

    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert made.code_sha256 == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert made.size_bytes == len(content)
    assert [file.name for file in (tmp_path / "out").iterdir()] == [f"app-{made.sha256}.zip"]
    assert made.artifact(Names("a", "b")).key == f"artifacts/app/{made.sha256}.zip"


def test_commands_that_package_the_same_code_at_once_do_not_disturb_one_another(tmp_path: Path) -> None:
    source = tmp_path / "app"
    source.mkdir()
    for number in range(50):
        (source / f"{number}.py").write_bytes(b"#" * 100_000)
    again = (
        "import sys; from pathlib import Path; from orchestrator.packaging import package\n"
        "for _ in range(20): print(package(Path(sys.argv[1]), name='app', into=Path(sys.argv[2])).sha256)"
    )
    words = [sys.executable, "-c", again, str(source), str(tmp_path / "packages")]
    commands = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [one.communicate(timeout=60)[0].split() for one in commands]

    assert [one.returncode for one in commands] == [0, 0, 0]
    assert len({digest for digests in told for digest in digests}) == 1
    assert len(list((tmp_path / "packages").iterdir())) == 1


def test_only_the_executable_bit_of_a_mode_is_kept(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"plain": b"", "program": b""})
    (source / "plain").chmod(0o660)
    (source / "program").chmod(0o710)

    with zipfile.ZipFile(package(source, name="app", into=tmp_path / "out").path) as archive:
        infos = archive.infolist()

    assert [oct(info.external_attr >> 16) for info in infos] == ["0o100644", "0o100755"]
    assert {(info.date_time, info.compress_type, info.extra) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, b"")
    }


# -- what goes in -------------------------------------------------------------------------------------------------


def test_what_never_belongs_into_a_package_stays_out(tmp_path: Path) -> None:
    junk = ("__pycache__/a.pyc", "a.pyc", ".git/config", ".DS_Store", "x.swp", "a.py~", ".idea/x", "b/__pycache__/y")
    source = write(tmp_path / "app", {"a.py": b"", "b/c.py": b"", **dict.fromkeys(junk, b"")})

    assert names(package(source, name="app", into=tmp_path / "out")) == ["a.py", "b/c.py"]


def test_an_ignore_file_names_what_stays_out(tmp_path: Path) -> None:
    patterns = b"# comment\n\ntests/\n*.md\n/docs/*.txt\n"
    kept = {"a.py": b"", "deep/tests.py": b"", "other/docs/x.txt": b"", "tests": b""}
    left = {"deep/tests/x.py": b"", "README.md": b"", "deep/x.md": b"", "docs/x.txt": b""}
    source = write(tmp_path / "app", {**kept, **left, ".orchestratorignore": patterns})

    assert names(package(source, name="app", into=tmp_path / "out")) == sorted(kept)


def test_an_ignore_file_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"a.py": b"", ".orchestratorignore": b"*.md\n!README.md\n"})

    assert ".orchestratorignore:2:1: patterns with ! are not supported" in refusal(source, tmp_path / "out")


def test_a_layer_is_put_where_the_runtime_looks(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain", {"mylib/a.py": b""})
    ready = write(tmp_path / "ready", {"python/mylib/a.py": b"", "README": b""})

    assert names(package(plain, name="deps", into=tmp_path / "out", kind="layer")) == ["python/mylib/a.py"]
    assert names(package(ready, name="deps", into=tmp_path / "out", kind="layer")) == ["README", "python/mylib/a.py"]


def test_a_single_file_is_a_package(tmp_path: Path) -> None:
    source = write(tmp_path, {"app.py": b"x"}) / "app.py"

    assert names(package(source, name="app", into=tmp_path / "out")) == ["app.py"]


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"real/a.py": b"1"})
    (source / "linked").symlink_to("real")
    (source / "b.py").symlink_to("real/a.py")

    assert names(package(source, name="app", into=tmp_path / "out")) == ["b.py", "linked/a.py", "real/a.py"]


# -- what is refused ----------------------------------------------------------------------------------------------


def test_links_that_lead_out_or_nowhere_are_all_refused(tmp_path: Path) -> None:
    write(tmp_path, {"secret": b"s"})
    source = write(tmp_path / "app", {"a.py": b"", "sub/b.py": b""})
    (source / "out").symlink_to(tmp_path / "secret")
    (source / "gone").symlink_to("nothing")
    (source / "self").symlink_to("self")
    (source / "sub" / "up").symlink_to(source)

    said = refusal(source, tmp_path / "out").splitlines()

    assert [line.partition(": ")[2].partition(",")[0].partition(";")[0] for line in said] == [
        "is a link that leads nowhere",
        "is a link that leads out of the folder",
        "is a link that leads nowhere",
        "is a link to a folder that contains it",
    ]


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    assert "does not exist; fix `path` under `code`" in refusal(tmp_path / "no", tmp_path / "out")


def test_a_folder_with_nothing_to_package_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"__pycache__/a.pyc": b""})

    assert "has nothing to package" in refusal(source, tmp_path / "out")


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"a.py": b""})
    os.mkfifo(source / "pipe")

    assert "is neither a file nor a folder" in refusal(source, tmp_path / "out")


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"a.py": b"", "two\nlines": b""})
    Path(os.fsdecode(os.fsencode(source) + b"/\xff")).touch()

    said = refusal(source, tmp_path / "out")

    assert "whose name is not UTF-8" in said
    assert "whose name other machines cannot have" in said


def test_more_than_lambda_unpacks_is_refused_before_reading_it(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"a.py": b""})
    with (source / "big.bin").open("wb") as file:
        file.truncate(UNZIPPED_LIMIT_BYTES + 1)

    assert "Lambda unpacks at most 262,144,000; name what is not needed" in refusal(source, tmp_path / "out")


# -- zips made by others ------------------------------------------------------------------------------------------


def zip_of(path: Path, entries: dict[str, bytes], *, mode: int = 0o100644, kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, kind
            archive.writestr(info, content)
    return path


def test_a_zip_is_taken_as_it_is(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {"a.py": b"1" * 1000})

    made = package(source, name="app", into=tmp_path / "out")

    assert made.path.read_bytes() == source.read_bytes()
    assert made.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"/etc/passwd": b""}, "has an absolute or foreign path"),
        ({"C:\\x": b""}, "has an absolute or foreign path"),
        ({"a/../../x": b""}, "leads out of its folder"),
        ({}, "has nothing in it"),
        ({"folder/": b""}, "has nothing in it"),
    ],
)
def test_a_zip_with_hostile_names_is_refused(tmp_path: Path, entries: dict[str, bytes], said: str) -> None:
    assert said in refusal(zip_of(tmp_path / "app.zip", entries), tmp_path / "out")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {"link": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)

    assert "has a symbolic link: 'link'" in refusal(source, tmp_path / "out")


def test_a_compression_that_lambda_does_not_know_is_refused(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {"a": b"x"}, kind=zipfile.ZIP_BZIP2)

    assert "neither stored nor deflated" in refusal(source, tmp_path / "out")


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {f"{at}": bytes(1 << 24) for at in range(16)})

    assert "unpacks to 268,435,456 bytes" in refusal(source, tmp_path / "out")


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {"a": bytes(5000)})
    data = source.read_bytes()
    source.write_bytes(data.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little")))

    assert "is not a usable zip file" in refusal(source, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(40)])
def test_something_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    source = write(tmp_path, {"app.zip": content}) / "app.zip"

    assert "is not a usable zip file" in refusal(source, tmp_path / "out")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    source = zip_of(tmp_path / "app.zip", {str(at): b"" for at in range(foreign.ENTRY_LIMIT + 1)})

    assert "has 50,001 entries" in refusal(source, tmp_path / "out")


# -- hostile folders ----------------------------------------------------------------------------------------------


def test_a_tree_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    (deep / "/".join(["d"] * 150)).mkdir(parents=True)
    (deep / "app.py").write_text("x")

    assert "nested more than 100 folders deep" in refusal(deep, tmp_path / "out")


def test_links_that_fan_out_do_not_run_away(tmp_path: Path) -> None:
    fan = tmp_path / "fan"
    for level in range(30):
        (fan / f"d{level}").mkdir(parents=True)
        for link in "ab":
            (fan / f"d{level}" / link).symlink_to(f"../d{level + 1}")
    (fan / "d30").mkdir()

    assert "more than 50,000 files and folders" in refusal(fan, tmp_path / "out")


def test_the_tools_own_folder_stays_out(tmp_path: Path) -> None:
    files = {"app.py": b"x", ".orchestrator/packages/app.zip": b"x", ".orchestrator/runs/a.jsonl": b"x"}

    assert names(package(write(tmp_path / "app", files), name="app", into=tmp_path / "out")) == ["app.py"]


def test_a_full_disk_is_no_wrong_usage_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    source, into = write(tmp_path / "app", {"app.py": b"x" * 100_000}), tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(Refused, match="the package app cannot be written: File too large") as caught:
            package(source, name="app", into=into)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert caught.value.exit_code is ExitCode.REFUSED
    assert caught.value.where == str(into)
    assert "make room" in caught.value.fix
    assert list(into.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_with_a_way_out(tmp_path: Path) -> None:
    source = write(tmp_path / "app", {"app.py": b"x"})
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Refused) as caught:
        package(source, name="app", into=tmp_path / "file" / "packages")

    assert caught.value.exit_code is ExitCode.REFUSED
    assert "cannot be written" in caught.value.what
    assert caught.value.where == str(tmp_path / "file" / "packages")
    assert "--state-dir" in caught.value.fix


# -- files beside the source --------------------------------------------------------------------------------------


def test_a_file_beside_the_source_makes_another_package(tmp_path: Path) -> None:
    source, marker = write(tmp_path / "app", {"app.py": b"x"}), tmp_path / "MARKER.txt"
    marker.write_bytes(b"again")

    plain = package(source, name="app", into=tmp_path / "out")
    marked = package(source, name="app", into=tmp_path / "out", also=(marker,))

    assert names(marked) == ["MARKER.txt", "app.py"]
    assert marked.sha256 != plain.sha256


def test_a_file_beside_the_source_replaces_its_namesake(tmp_path: Path) -> None:
    source, marker = write(tmp_path / "app", {"app.py": b"x", "M.txt": b"old"}), tmp_path / "M.txt"
    marker.write_bytes(b"new")

    with zipfile.ZipFile(package(source, name="app", into=tmp_path / "out", also=(marker,)).path) as archive:
        content = archive.read("M.txt")

    assert content == b"new"


def test_a_zip_is_taken_without_the_files_beside_it(tmp_path: Path) -> None:
    marker, source = tmp_path / "M.txt", tmp_path / "app.zip"
    marker.write_bytes(b"new")
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("app.py", "x")

    assert names(package(source, name="app", into=tmp_path / "out", also=(marker,))) == ["app.py"]
