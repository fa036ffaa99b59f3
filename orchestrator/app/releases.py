"""The releases that are kept in the artifact buckets: which there are, and the one that is to be deployed again."""

from __future__ import annotations

from functools import partial

from orchestrator.app.journal_copy import asked
from orchestrator.app.resuming import shelves_of
from orchestrator.app.settings import Workspace
from orchestrator.core.errors import AwsError, Refused, UsageError
from orchestrator.core.kept import kept_once
from orchestrator.core.release import ReleaseRecord, repinned, same_code
from orchestrator.core.release_json import release_record_of
from orchestrator.core.run import Run, Verdict
from orchestrator.core.state import Artifact, KeptRelease, ObjectHead

_LISTED = 10


def kept_releases(workspace: Workspace) -> tuple[KeptRelease, ...]:
    """Each once, newest first, from every bucket that answers. Raises AwsError when none does."""
    store, environment = workspace.ports.releases, workspace.environment.name
    found = asked(shelves_of(workspace), lambda region, bucket: store.listed(region, bucket, environment))
    return kept_once(kept for listed in found for kept in listed)


def note_landed(workspace: Workspace, run: Run) -> None:
    """Where the first bucket takes it, that a deployment has ended well; without one, `status` does not know it."""
    if run.verb != "deploy" or run.verdict is not Verdict.SUCCEEDED or not run.release:
        return
    for region, bucket in shelves_of(workspace).places:
        try:
            workspace.ports.releases.land(region, bucket, workspace.environment.name, run.release, run.id)
        except AwsError:
            continue
        return


def chosen_release(workspace: Workspace, wanted: str) -> ReleaseRecord:
    """The record of the one release whose name begins so.

    Raises UsageError, with those that there are, for none or several, Refused for a record that cannot be used, and
    AwsError.
    """
    kept = kept_releases(workspace)
    meant = [one.release for one in kept if one.release.startswith(wanted)]
    if len(meant) != 1:
        what = f"several releases begin with {wanted}" if meant else f"no release {wanted} is kept"
        names = meant or [one.release for one in kept]
        more = f" and {len(names) - _LISTED} older ones" if len(names) > _LISTED else ""
        known = ", ".join(names[:_LISTED]) + more
        raise UsageError(what, fix=f"known: {known}" if known else "none is kept yet: orchestrator deploy keeps each")
    return _as_it_lies(workspace, _read(workspace, meant[0]))


def _as_it_lies(workspace: Workspace, record: ReleaseRecord) -> ReleaseRecord:
    """Code that was put again after the record was written has another version: the regions that answer tell it."""
    shelves = shelves_of(workspace)
    latest: dict[str, str] = {}
    for artifact in record.artifacts:
        pinned = asked(shelves, partial(_heads, workspace, artifact, artifact.version))
        if not same_code(artifact, (head for found in pinned for head in found)):
            now = asked(shelves, partial(_heads, workspace, artifact, ""))
            if version := same_code(artifact, (head for found in now for head in found)):
                latest[artifact.name] = version
    return repinned(record, latest)


def _heads(
    workspace: Workspace, artifact: Artifact, version: str, region: str, bucket: str
) -> tuple[ObjectHead | None, ...]:
    return (workspace.ports.buckets.head(region, bucket, artifact.key, version=version),)


def pinned_record(workspace: Workspace, release: str) -> ReleaseRecord | None:
    """The record of a release that must be gone back to, None when it cannot be had: there may be another way back."""
    try:
        return _read(workspace, release)
    except (AwsError, Refused, UsageError):
        return None


def _read(workspace: Workspace, release: str) -> ReleaseRecord:
    """From the buckets that answer, the first whole record: one that is damaged in a region may be whole in another."""
    store, environment = workspace.ports.releases, workspace.environment.name

    def read(region: str, bucket: str) -> tuple[str, ...]:
        text = store.read(region, bucket, environment, release)
        return () if text is None else (text,)

    texts = [text for found in asked(shelves_of(workspace), read) for text in found]
    trouble = "no bucket that answers holds it"
    for text in texts:
        try:
            record = release_record_of(text)
        except ValueError as error:
            trouble = str(error)
            continue
        trouble = record.foreign_to(
            application=workspace.topology.application, environment=environment, release=release
        )
        if not trouble:
            return record
    where = f"releases/{environment}/{release}.json in the artifact buckets"
    fix = "deploy another release (orchestrator status lists them), or build it anew from its source"
    raise Refused(f"the record of release {release} cannot be used: {trouble}", where=where, fix=fix)
