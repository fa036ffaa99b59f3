"""The verbs that need neither AWS nor the embedded one, on a real project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.cli.main import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_init_writes_a_project_that_validates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "My Shop"]) == 0
    written = capsys.readouterr().out

    assert "wrote My Shop/regions.yaml\n" in written
    assert "next: cd 'My Shop' && orchestrator validate" in written
    assert "application: my-shop" in (folder / "My Shop" / "regions.yaml").read_text()
    assert main(["validate", "--config", "My Shop/regions.yaml"]) == 0


def test_init_says_as_json_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "shop", "--format", "json"])
    document = json.loads(capsys.readouterr().out)

    assert document["format"] == 1
    assert all((folder / name).is_file() for name in document["written"])


def test_init_overwrites_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "regions.yaml").write_text("mine")
    code = main(["init"])

    assert code == 3
    assert [file.name for file in folder.iterdir()] == ["regions.yaml"]
    assert (folder / "regions.yaml").read_text() == "mine"
    assert "regions.yaml would be overwritten" in capsys.readouterr().err


def test_init_into_a_file_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shop").write_text("a file")

    assert main(["init", "shop"]) == 64
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--format", "json"]])
def test_schema_is_a_json_schema(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", *more]) == 0

    assert "regions" in json.loads(capsys.readouterr().out)["properties"]


def test_synth_writes_the_same_bytes_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "."])
    for out in ("one", "two"):
        assert main(["synth", "--out", out]) == 0
    names = {file.name for file in (folder / "one").iterdir()}

    assert names == {"control.json", "infra.json", "compute.json"}
    assert all((folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes() for name in names)


def test_a_missing_configuration_is_told_with_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["validate", "--config", "nowhere.yaml"])

    assert code == 64
    assert "nowhere.yaml" in capsys.readouterr().err


def test_local_status_without_an_embedded_aws_says_how_to_start_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["local", "status"])

    assert code == 1
    assert capsys.readouterr().out == "no embedded AWS runs here; start it: orchestrator local up\n"


def test_local_down_without_an_embedded_aws_is_no_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "down", "--format", "json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"format": 1, "running": False}


def test_local_without_an_embedded_aws_refuses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "."])
    code = main(["--local", "plan"])

    assert code == 3
    assert (
        "error: the embedded AWS is not running\n  next: start it: orchestrator local up\n" in capsys.readouterr().err
    )
