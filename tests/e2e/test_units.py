"""Organizational units as targets: AWS's own permissions, accounts that join later."""

from __future__ import annotations

import pytest

from tests.e2e.asking import ask, events
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator

UNIT, CANARIES = "ou-ab12-34567890", "ou-ab12-98765432"


@pytest.fixture
def units(project: Project) -> Project:
    project.embedded.admin("POST", "organization", {"unit": UNIT, "accounts": ["111111111111"]})
    project.embedded.admin("POST", "organization", {"unit": CANARIES, "accounts": ["222222222222"]})
    project.configure('accounts: ["111111111111"]', f"organizational_units: [{UNIT}, {CANARIES}]")
    project.configure("rollout: {", f"rollout: {{waves: {{canary: [{CANARIES}]}}, ")
    project.configure("host: shop.fed.dev", 'host: "{account}.shop.fed.dev"')
    return project


def test_a_unit_is_deployed_with_gates_and_records_for_each_of_its_accounts(units: Project) -> None:
    bootstrapped = units.run("bootstrap", "--yes")
    deployed = units.run("deploy", "--yes", "--format", "json")

    assert bootstrapped.code == 0, bootstrapped.err
    assert deployed.code == 0, deployed.err
    ended = [step["id"] for step in deployed.json["steps"] if step["status"] == "succeeded"]
    assert {one for one in ended if one.startswith("gate:")} == {
        f"gate:{account}:{region}"
        for account in ("111111111111", "222222222222")
        for region in ("us-east-1", "us-west-2")
    }
    for account in ("111111111111", "222222222222"):
        host = f"us-east-1.{account}.shop.fed.dev"
        assert ask(units, "us-east-1", host=host)[1]["region"] == "us-east-1"
    # For the first time: a later round asks the gates again of whoever did not answer between the two.
    began = list(dict.fromkeys(one["step"] for one in events(units, "deploy") if one["kind"] == "step_started"))
    assert began.index("gate:222222222222:us-east-1") < began.index("instances:infra:us-west-2:rest")
    assert began.index("instances:compute:us-east-1:canary") < began.index("instances:compute:us-west-2:rest")
    assert units.run("plan", "--exit-code").code == 0
