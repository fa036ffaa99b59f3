"""The application that the tests of this folder build for."""

from types import MappingProxyType

from blueprints import Context

CONTEXT = Context(
    application="sample",
    environment="production",
    partition="aws",
    regions=("us-east-1", "us-west-2"),
    home_region="us-west-2",
    reference_region="us-west-2",
    home_account="999999999999",
    host="sample.fed.dev",
    hosted_zone="fed.dev",
    artifacts=MappingProxyType({"app": "a" * 64, "deps": "b" * 64}),
    release="0123456789ab",
)
