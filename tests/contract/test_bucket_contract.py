"""Artifact buckets behave alike in the simulation and in the embedded AWS."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from orchestrator.core.errors import AwsError, NotFound, PreconditionFailed
from tests.contract.worlds import EAST, HOME, WEST, Contract

KEY = "artifacts/app.zip"


def package(folder: Path, content: bytes = b"code") -> tuple[Path, str]:
    file = folder / "app.zip"
    file.write_bytes(content)
    return file, hashlib.sha256(content).hexdigest()


def test_of_two_uploads_the_second_is_refused(world: Contract, tmp_path: Path) -> None:
    buckets, bucket = world.ports.buckets, world.bucket(WEST)
    file, sha256 = package(tmp_path)

    first = buckets.put(WEST, bucket, KEY, file, sha256=sha256)
    with pytest.raises(PreconditionFailed):
        buckets.put(WEST, bucket, KEY, file, sha256=sha256)

    found = buckets.head(WEST, bucket, KEY)
    assert found is not None
    assert (found.version, found.sha256) == (first.version, sha256)


def test_another_upload_is_another_version_and_the_first_stays(world: Contract, tmp_path: Path) -> None:
    buckets, bucket = world.ports.buckets, world.bucket(WEST)
    file, sha256 = package(tmp_path)
    first = buckets.put(WEST, bucket, KEY, file, sha256=sha256)

    again = buckets.put_again(WEST, bucket, KEY, file, sha256=sha256)

    newest, oldest = buckets.head(WEST, bucket, KEY), buckets.head(WEST, bucket, KEY, version=first.version)
    assert first.version != again.version
    assert newest is not None
    assert newest.version == again.version
    assert oldest is not None


def test_what_is_not_there_has_no_head(world: Contract) -> None:
    bucket = world.bucket(WEST)

    assert world.ports.buckets.head(WEST, bucket, KEY) is None
    assert not world.ports.buckets.describe(WEST, f"{bucket}-none").exists


def test_a_replica_arrives_with_the_version_and_the_bytes_of_its_source(world: Contract, tmp_path: Path) -> None:
    buckets, source, target = world.ports.buckets, world.bucket(WEST), world.bucket(EAST)
    role = f"arn:aws:iam::{HOME}:role/replication"
    buckets.replicate(WEST, source, destinations={EAST: target}, role_arn=role)
    file, sha256 = package(tmp_path)

    put = buckets.put(WEST, source, KEY, file, sha256=sha256)
    assert world.until(lambda: buckets.head(EAST, target, KEY, version=put.version))
    assert world.until(lambda: (head := buckets.head(WEST, source, KEY)) and head.replication == "COMPLETED")

    replica = buckets.head(EAST, target, KEY)
    assert replica is not None
    assert (replica.version, replica.sha256, replica.replication) == (put.version, sha256, "REPLICA")
    assert buckets.describe(WEST, source).destinations == (target,)


def test_what_was_put_before_the_rules_is_never_replicated(world: Contract, tmp_path: Path) -> None:
    buckets, source, target = world.ports.buckets, world.bucket(WEST), world.bucket(EAST)
    file, sha256 = package(tmp_path)
    buckets.put(WEST, source, "before", file, sha256=sha256)
    role = f"arn:aws:iam::{HOME}:role/replication"
    buckets.replicate(WEST, source, destinations={EAST: target}, role_arn=role)

    buckets.put(WEST, source, "after", file, sha256=sha256)
    assert world.until(lambda: buckets.head(EAST, target, "after"))

    assert buckets.head(EAST, target, "before") is None


def test_a_bucket_is_deleted_once_it_is_empty(world: Contract, tmp_path: Path) -> None:
    buckets, bucket = world.ports.buckets, world.bucket(WEST)
    file, sha256 = package(tmp_path)
    buckets.put(WEST, bucket, KEY, file, sha256=sha256)
    buckets.put_again(WEST, bucket, KEY, file, sha256=sha256)

    with pytest.raises(AwsError) as refused:
        buckets.delete(WEST, bucket)
    emptied = buckets.empty(WEST, bucket), buckets.empty(WEST, bucket)
    buckets.delete(WEST, bucket)
    buckets.delete(WEST, bucket)

    assert refused.value.code == "BucketNotEmpty"
    assert emptied == (2, 0)
    assert not buckets.describe(WEST, bucket).exists


def test_nothing_is_put_into_a_bucket_that_is_not_there(world: Contract, tmp_path: Path) -> None:
    file, sha256 = package(tmp_path)

    with pytest.raises(NotFound):
        world.ports.buckets.put(WEST, "contract-nowhere", KEY, file, sha256=sha256)
