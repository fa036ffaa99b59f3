"""A function from a container image: by digest, and always out of the registry of its own account and region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.naming import repository_name
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Sub

    from blueprints.context import Context

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Image:
    """The image that holds a function, and what of it runs; what is not given is as the image says."""

    repository: str = option(doc="Name of the repository, as given to infra under `images`.")
    digest: str = option(doc="`sha256:` and 64 hex digits: a tag could come to mean another image.")
    command: tuple[str, ...] = option((), "The image's command; for AWS's base images the handler.")
    entry_point: tuple[str, ...] = option((), "The image's entry point.")
    working_directory: str = option("", "The image's working directory.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        if _DIGEST.fullmatch(self.digest) is None:
            yield Fault("digest", f"{self.digest!r} is no digest of an image", "write sha256: and 64 hex digits")


def image_uri(context: Context, repository: str, digest: str) -> Sub:
    """An image in the region's own registry: `repository` is its name as given to infra."""
    from troposphere import Sub

    registry = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    return Sub(f"{registry}/{repository_name(context, repository)}@{digest}")


def image_faults(path: str, given: dict[str, object]) -> Iterator[Fault]:
    """Options (by name) that a function from an image cannot have: the image holds all of that itself."""
    for name, value in given.items():
        if value:
            yield Fault(f"{path}.{name}", "does not go with `image`", "put it into the image, or leave `image` out")


def image_properties(context: Context, image: Image) -> dict[str, object]:
    """Code, PackageType and ImageConfig of a function.

    PackageType can only be chosen when a function is made: one that changes to an image needs another name.
    """
    from troposphere.awslambda import Code, ImageConfig

    config = {
        **({"Command": list(image.command)} if image.command else {}),
        **({"EntryPoint": list(image.entry_point)} if image.entry_point else {}),
        **({"WorkingDirectory": image.working_directory} if image.working_directory else {}),
    }
    return {
        "PackageType": "Image",
        "Code": Code(ImageUri=image_uri(context, image.repository, image.digest)),
        **({"ImageConfig": ImageConfig(**config)} if config else {}),
    }
