"""The record of a release: kept once, before anything runs it, in a bucket of a living region."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.core.actions import RecordRelease
from orchestrator.core.desired import Template
from orchestrator.core.errors import AwsError, PreconditionFailed, StepFailed
from orchestrator.core.release import ReleaseRecord, declared_parameters
from orchestrator.core.release_json import release_json, release_record_of
from orchestrator.executor.context import Context, Done, Progress


@dataclass(frozen=True, slots=True)
class RecordReleaseTask:
    """A conditional put: a record that is there already must tell of the same template and code."""

    action: RecordRelease
    context: Context

    def start(self) -> Progress:
        """Ask one bucket after the other until one takes it. Raises what the last one said."""
        record = self._record()
        for region, bucket in self.action.places[:-1]:
            try:
                return self._put(record, region, bucket)
            except AwsError:
                continue
        return self._put(record, *self.action.places[-1])

    def poll(self) -> Progress:
        """The put is synchronous."""
        return self.start()

    def _put(self, record: ReleaseRecord, region: str, bucket: str) -> Progress:
        releases = self.context.ports.releases
        try:
            releases.put(region, bucket, record.environment, record.release, release_json(record))
        except PreconditionFailed:
            found = releases.read(region, bucket, record.environment, record.release)
            return self._compared(record, found or "", bucket)
        return Done(f"kept in {bucket}")

    @staticmethod
    def _compared(record: ReleaseRecord, text: str, bucket: str) -> Progress:
        fix = "somebody wrote to the artifact bucket: find out who, delete that object, then deploy again"
        where = f"releases/{record.environment}/{record.release}.json in {bucket}"
        try:
            there = release_record_of(text)
        except ValueError as error:
            raise StepFailed(f"the record that is there cannot be read: {error}", where=where, fix=fix) from error
        if not there.says_the_same(record):
            raise StepFailed("the record that is there tells of another template or code", where=where, fix=fix)
        return Done(f"is kept in {bucket} since {there.made_at:%Y-%m-%d %H:%M} UTC, by run {there.run}")

    def _record(self) -> ReleaseRecord:
        action, results = self.action, self.context.results
        stack_set = action.stack_set
        return ReleaseRecord(
            release=action.release,
            application=action.application,
            environment=action.environment,
            made_at=self.context.ports.clock.now(),
            run=self.context.run,
            template=Template(
                layer=stack_set.layer,
                body=stack_set.body,
                digest=stack_set.digest,
                parameters=declared_parameters(stack_set.body),
                capabilities=stack_set.capabilities,
            ),
            parameters=tuple((name, results.resolve(value)) for name, value in stack_set.parameters),
            artifacts=tuple(replace(one, file="", version=results.resolve(value)) for one, value in action.artifacts),
        )
