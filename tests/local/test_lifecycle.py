from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.core.errors import OrchestratorError
from orchestrator.local import down, ensure_running, status, up
from tests.embedded import Embedded


def test_a_second_up_finds_the_first(embedded: Embedded) -> None:
    again = up(embedded.aws.state_dir)

    assert again.already_running
    assert (again.pid, again.endpoint_url) == (embedded.aws.pid, embedded.aws.endpoint_url)


def test_status_names_every_simulated_part(embedded: Embedded) -> None:
    found = status(embedded.aws.state_dir)

    assert found is not None
    assert found.version == "ministack 1.5.33"
    told = dict(found.simulated)
    assert {"StackSets", "S3 replication", "Route 53 health checks", "DynamoDB global tables"} <= told.keys()
    assert all(told.values())


def test_it_listens_on_loopback_only(embedded: Embedded) -> None:
    addresses = {"127.0.0.1", *embedded.aws.data_plane.values()}

    assert all(address.startswith("127.0.") for address in addresses)
    assert len(addresses) == len(embedded.aws.data_plane) + 1
    listening = Path(f"/proc/{embedded.aws.pid}/net/tcp")
    if listening.exists():
        wanted = f"{embedded.aws.port:04X}"
        local = [line.split()[1] for line in listening.read_text().splitlines()[1:] if line.split()[3] == "0A"]
        assert [entry for entry in local if entry.endswith(f":{wanted}")] == [f"0100007F:{wanted}"]


def test_down_ends_it_and_forgets_everything(tmp_path: Path) -> None:
    first = up(tmp_path)

    assert down(tmp_path)

    assert status(tmp_path) is None
    assert not down(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(first.pid, 0)


def test_a_stale_state_file_is_removed_and_told(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps({"port": 1, "pid": os.getpid(), "token": "of-nobody"}))

    running = up(tmp_path)

    try:
        assert "stale state file" in running.notes[0]
        assert not running.already_running
    finally:
        down(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"port": "x"}'])
def test_down_with_a_broken_state_file_harms_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)

    assert not down(tmp_path)


def test_another_server_on_the_old_port_is_not_taken_for_ours(tmp_path: Path, embedded: Embedded) -> None:
    foreign = {"port": embedded.aws.port, "pid": embedded.aws.pid, "token": "not-theirs"}
    (tmp_path / "state.json").write_text(json.dumps(foreign))

    assert not down(tmp_path)

    assert status(embedded.aws.state_dir) is not None


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        with pytest.raises(OrchestratorError, match=f"port {port} is taken"):
            up(tmp_path, port=port)


def test_a_taken_data_port_is_named(tmp_path: Path, embedded: Embedded) -> None:
    with pytest.raises(OrchestratorError, match=f"port {embedded.aws.data_port} is taken on 127.0.1."):
        up(tmp_path, data_port=embedded.aws.data_port)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_dns_port_is_named(tmp_path: Path, kind: socket.SocketKind) -> None:
    with socket.socket(type=kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]

        with pytest.raises(OrchestratorError, match=f"port {port} is taken on 127.0.0.1"):
            up(tmp_path, dns_port=port)


@pytest.mark.parametrize("factor", [0.5, 0, -1, float("nan")])
def test_a_clock_cannot_be_slower_than_real(tmp_path: Path, factor: float) -> None:
    with pytest.raises(OrchestratorError, match="clock factor"):
        up(tmp_path, clock_factor=factor)


def test_the_clock_factor_is_told_with_what_it_divides(fast: Embedded) -> None:
    found = status(fast.aws.state_dir)

    assert found is not None
    assert (found.clock_factor, found.dns_port) == (20, fast.aws.dns_port)
    assert "20 times as fast" in dict(found.simulated)["Route 53 clock"]


def test_a_server_that_dies_shows_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fake" / "ministack").mkdir(parents=True)
    (tmp_path / "fake" / "ministack" / "__init__.py").write_text("raise ImportError('this is not the emulator')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))

    with pytest.raises(OrchestratorError) as died:
        up(tmp_path / "state")

    assert "ended at its start (exit 3)" in str(died.value)
    assert "this is not the emulator" in str(died.value)
    assert "pip install 'region-failover-orchestrator[local]'" in died.value.fix


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, orchestrator.local; print([m for m in ('ministack', 'boto3', 'hypercorn') if m in sys.modules])"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"


def test_one_process_can_stop_what_another_started(tmp_path: Path) -> None:
    running = up(tmp_path)
    code = f"import pathlib, orchestrator.local; print(orchestrator.local.down(pathlib.Path({str(tmp_path)!r})))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "True"
    assert status(tmp_path) is None
    os.waitpid(running.pid, 0)


def test_two_starts_at_once_make_one_server(tmp_path: Path) -> None:
    code = f"import pathlib, orchestrator.local; print(orchestrator.local.up(pathlib.Path({str(tmp_path)!r})).pid)"
    starts = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]

    pids = {start.communicate(timeout=30)[0].strip() for start in starts}

    down(tmp_path)
    assert len(pids) == 1


def test_with_iam_enforced_a_role_without_permissions_is_refused(tmp_path: Path) -> None:
    import boto3
    from botocore.exceptions import ClientError

    aws = up(tmp_path, enforce_iam=True)
    place = {"region_name": "us-east-1", "endpoint_url": aws.endpoint_url}
    own = {**place, "aws_access_key_id": "000000000000", "aws_secret_access_key": "test"}
    try:
        trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = boto3.client("iam", **own).create_role(RoleName="weak", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        taken = boto3.client("sts", **own).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        weak = boto3.client(
            "dynamodb",
            **place,
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )

        with pytest.raises(ClientError, match="AccessDenied"):
            weak.list_tables()
        assert boto3.client("dynamodb", **own).list_tables()["TableNames"] == []
    finally:
        down(tmp_path)


def test_a_folder_that_cannot_be_used_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "aws" / "state.json").mkdir(parents=True)

    for attempt, folder in ((up, tmp_path / "file" / "local"), (status, tmp_path / "aws"), (down, tmp_path / "aws")):
        with pytest.raises(OrchestratorError) as caught:
            attempt(folder)

        assert "cannot be used" in caught.value.what
        assert caught.value.where.startswith(str(folder))
        assert "--state-dir" in caught.value.fix


def test_whoever_waits_for_one_that_has_ended_is_told(tmp_path: Path) -> None:
    running = up(tmp_path)
    ensure_running(running)
    down(tmp_path)

    with pytest.raises(OrchestratorError, match="has ended"):
        ensure_running(running)
