"""Everything that APIs and user pools are made of has grants, and none of them reaches everywhere without need."""

from __future__ import annotations

import pytest

from blueprints.access.grants import GRANTS as OTHERS
from blueprints.access.grants.front import GRANTS
from tests.blueprints.api_samples import HTTP, REST, SOCKET
from tests.blueprints.templates import body, types
from tests.blueprints.test_user_pools import POOLS


@pytest.mark.parametrize(
    ("layer", "options"), [("compute", HTTP), ("compute", REST), ("compute", SOCKET), ("infra", POOLS)]
)
def test_every_type_has_grants(layer: str, options: dict[str, object]) -> None:
    assert types(body(layer, **options)) <= {*OTHERS, *GRANTS}


def test_only_what_has_no_name_yet_is_asked_of_everything() -> None:
    everywhere = {one.sid for grants in GRANTS.values() for one in grants if "*" in one.resources}

    assert everywhere == {"LogDelivery", "NewUserPools", "WebAclList"}


def test_a_sid_means_one_grant() -> None:
    grants = {one for grants in (*GRANTS.values(), *OTHERS.values()) for one in grants}

    assert len({one.sid for one in grants}) == len(grants)
