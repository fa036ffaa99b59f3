"""Which AWS regions exist, by partition.

Source: botocore 1.43.106, data/endpoints.json and data/partitions.json. A region newer than this list is added here.
China and the isolated partitions are left out: nobody has tried this tool there.
"""

from __future__ import annotations

REGIONS: dict[str, tuple[str, ...]] = {
    "aws": (
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
    ),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}

# Regions opened since 20 March 2019 are off until an account turns them on; these and GovCloud's are always on.
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
_ALWAYS_ON = frozenset(
    {
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-gov-east-1",
        "us-gov-west-1",
    }
)

PARTITIONS = tuple(REGIONS)
ALL_REGIONS = tuple(region for regions in REGIONS.values() for region in regions)


def partition_of(region: str) -> str:
    """The partition of a known region. Raises KeyError for any other."""
    return _PARTITION_OF[region]


def is_opt_in(region: str) -> bool:
    """Whether accounts must turn this region on, and StackSets acts there under a name of its own."""
    return region not in _ALWAYS_ON


_PARTITION_OF = {region: partition for partition, regions in REGIONS.items() for region in regions}
