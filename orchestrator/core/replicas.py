"""What a region's HEAD proves about an artifact. S3 says COMPLETED only when all destinations have it: ask each one."""

from __future__ import annotations

from orchestrator.core.state import Artifact, ObjectHead, ReplicaRead, ReplicaStatus


def judge_replicas(artifact: Artifact, heads: dict[str, ObjectHead | None]) -> tuple[ReplicaRead, ...]:
    """Judge every region that answered (region -> HEAD, None for nothing there), against the object that was put.

    The source is the object that S3 does not call a replica; its version id is the one that all must have.
    """
    source = _source(artifact, heads)
    return tuple(_judge(artifact, region, head, source) for region, head in sorted(heads.items()))


def judge_replica(artifact: Artifact, region: str, head: ObjectHead | None, version: str) -> ReplicaRead:
    """Judge one region's HEAD against a version id that is known."""
    if head is None:
        return ReplicaRead(artifact.name, region, ReplicaStatus.PENDING, None, "not there yet")
    if head.sha256 != artifact.sha256:
        return ReplicaRead(artifact.name, region, ReplicaStatus.DIFFERENT, head, _content_differs(head))
    if head.version != version:
        reason = f"version {head.version or 'none'} is there, {version} is expected"
        return ReplicaRead(artifact.name, region, ReplicaStatus.DIFFERENT, head, reason)
    return ReplicaRead(artifact.name, region, ReplicaStatus.PROVEN, head)


def artifact_of_key(key: str) -> Artifact | None:
    """The artifact that lies under this key, as far as the key says; None for what is no key of ours."""
    parts = key.split("/")
    if len(parts) != 3 or parts[0] != "artifacts" or not parts[2].endswith(".zip"):
        return None
    return Artifact(parts[1], parts[2].removesuffix(".zip"), 0, key, "")


def _source(artifact: Artifact, heads: dict[str, ObjectHead | None]) -> ObjectHead | None:
    right = [head for _, head in sorted(heads.items()) if head is not None and head.sha256 == artifact.sha256]
    originals = [head for head in right if head.replication != "REPLICA"]
    return next(iter(originals or right), None)


def _judge(artifact: Artifact, region: str, head: ObjectHead | None, source: ObjectHead | None) -> ReplicaRead:
    if source is None:
        reason = _content_differs(head) if head else "not uploaded"
        return ReplicaRead(artifact.name, region, ReplicaStatus.MISSING, head, reason)
    if head is not None and not _is_overtaken(head, source):
        return judge_replica(artifact, region, head, source.version)
    match source.replication:
        case "PENDING":
            return ReplicaRead(artifact.name, region, ReplicaStatus.PENDING, None, "S3 is replicating")
        case "FAILED":
            return ReplicaRead(artifact.name, region, ReplicaStatus.FAILED, None, "S3 says FAILED and never retries")
        case _:
            return ReplicaRead(artifact.name, region, ReplicaStatus.MISSING, None, "no rule covered it when it was put")


def _is_overtaken(head: ObjectHead, source: ObjectHead) -> bool:
    """Whether the same content is there under an older version id, while S3 still brings the newer one."""
    return source.replication == "PENDING" and head.version != source.version and head.sha256 == source.sha256


def _content_differs(head: ObjectHead) -> str:
    return f"the object's SHA-256 is {head.sha256[:12] or 'unknown'}: it is not what was built"
