"""The one place that names things in AWS. Ownership is visible there: prefix, tags, caller references."""

from __future__ import annotations

from dataclasses import dataclass

TAG_APPLICATION = "orchestrator:application"
TAG_ENVIRONMENT = "orchestrator:environment"
TAG_TEMPLATE = "orchestrator:template"
TAG_RELEASE = "orchestrator:release"

LAYERS = ("infra", "compute")
ACCESS_LAYER = "access"


@dataclass(frozen=True, slots=True)
class Names:
    """Names derived from the application, the environment and the home account (12 digits)."""

    application: str
    environment: str
    home_account: str = ""

    @property
    def prefix(self) -> str:
        """What every owned name starts with."""
        return f"{self.application}-{self.environment}"

    def stack_set(self, layer: str) -> str:
        """`control`, `infra` or `compute`."""
        return f"{self.prefix}-{layer}"

    @property
    def artifact_bucket_prefix(self) -> str:
        """The bucket of a region is this, a dash and the region: templates need no parameter per region."""
        return f"{self.prefix}-{self.home_account}"

    def artifact_bucket(self, region: str) -> str:
        """The artifact bucket of a region, in the home account."""
        return f"{self.artifact_bucket_prefix}-{region}"

    @property
    def replication_role(self) -> str:
        """The role (home account) by which S3 replicates between artifact buckets. IAM is global: no region."""
        return f"{self.prefix}-replication"

    @property
    def administration_role(self) -> str:
        """The role of the home account that StackSets takes."""
        return f"{self.prefix}-stackset-admin"

    @property
    def execution_role(self) -> str:
        """The role of each target account that the administration role takes."""
        return f"{self.prefix}-stackset-exec"

    def access_role(self, configured: str) -> str:
        """The role of each target account that the orchestrator takes; `configured` wins."""
        return configured or f"{self.prefix}-orchestrator"

    @property
    def access_stack(self) -> str:
        """The stack of roles that bootstrap makes in every account."""
        return f"{self.prefix}-access"

    def artifact_key(self, name: str, sha256: str) -> str:
        """Where an artifact lies in every artifact bucket: named by its content."""
        return f"artifacts/{name}/{sha256}.zip"

    @property
    def tags(self) -> dict[str, str]:
        """The tags that mark what this tool made."""
        return {TAG_APPLICATION: self.application, TAG_ENVIRONMENT: self.environment}
