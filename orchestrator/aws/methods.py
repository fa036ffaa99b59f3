"""One set of client methods per service: botocore makes a hundred functions anew for every client of every region."""

from __future__ import annotations

from typing import Any


class SharedMethods:
    """Shares the methods of the first client of a service with all later ones; they hold no client of their own.

    Saves about 0.15 MiB a client, which is the larger part of one. Not safe for threads: one client at a time.
    """

    def __init__(self) -> None:
        self._methods: dict[str, dict[str, Any]] = {}

    def watch(self, session: Any) -> None:
        """Register with a botocore session, before its first client."""
        session.register("creating-client-class", self._share)

    def _share(self, *, class_attributes: dict[str, Any], event_name: str, **_: object) -> None:
        made = {name: one for name, one in class_attributes.items() if callable(one)}
        class_attributes.update(self._methods.setdefault(event_name, made))
