"""Everything that can be said of a static site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.context import ACCOUNT
from blueprints.faults import Fault
from blueprints.infra.site_errors import ErrorReports
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)*")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
# Headers are one line, and no policy has what CloudFormation would take for something to fill in.
_HEADER = re.compile(r"([ -#%-~]|\$(?!\{))*")
_OWN_SETTINGS = ("api", "errors")


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """Pages, scripts and pictures that browsers load, and what the scripts are told."""

    root: str = option("index.html", "The file that answers for the site itself and for each of its folders.")
    single_page: bool = option(False, "Answer every address without a file name with the root: its script routes.")
    error_page: str = option("", "File shown, with the status 404, for what is not there; empty: S3's own words.")
    host: str = option("", "A name of your own; may hold {account}. Needs a certificate in us-east-1.")
    settings: Mapping[str, str] = option({}, "More values in /config.json, beside the address of the API.")
    content_security_policy: str = option("", "Instead of the usual one: own files, and calls to the API alone.")
    price_class: str = option(
        "PriceClass_100",
        "Where CloudFront has copies.",
        choices=("PriceClass_100", "PriceClass_200", "PriceClass_All"),
    )
    noncurrent_days: int = option(90, "How long replaced and deleted files can be brought back.", minimum=1)
    logs: bool = option(True, "Keep a log of all requests in a bucket of the reference region.")
    log_days: int = option(90, "How long.", minimum=1)
    errors: ErrorReports | None = option(None, "Have browsers report errors of the page (CloudWatch RUM).")

    def faults(self) -> Iterator[Fault]:
        """Files and names that cannot be, and settings that would not fit or be overwritten."""
        for name in ("root", "error_page"):
            file = getattr(self, name)
            if file and _FILE.fullmatch(file) is None:
                yield Fault(name, f"{file!r} is no file", "write its path below the site, without a slash in front")
        if not self.root or "/" in self.root:
            yield Fault("root", "is a file of every folder", "write a name such as index.html")
        if self.host and _HOST.fullmatch(self.host.replace(ACCOUNT, "0" * 12)) is None:
            yield Fault("host", f"{self.host!r} is no host name", "write a name such as www.example.com")
        if _HEADER.fullmatch(self.content_security_policy) is None:
            message = "has a line break, a character beyond ASCII or ${"
            yield Fault("content_security_policy", message, "write it in one line (in YAML: with >- in front)")
        for name in self.settings:
            if name in _OWN_SETTINGS:
                yield Fault(f"settings.{name}", "is filled in by the block itself", "choose another name")
