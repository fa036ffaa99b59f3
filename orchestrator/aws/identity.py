"""Who we are."""

from __future__ import annotations

from datetime import datetime

from orchestrator.aws.sessions import Sessions


class AwsIdentity:
    """ports.Identity."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def home_account(self) -> str:
        """The account of the credentials that we run with."""
        return self._sessions.home_account()

    def credentials_end(self) -> datetime | None:
        """Known of temporary credentials in the environment, which nobody renews."""
        return self._sessions.credentials_end()
