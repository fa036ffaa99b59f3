"""The examples on the embedded AWS: deployed by the orchestrator, then asked for what they are there for."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.examples.conftest import Deployed, Gallery, until
from tests.examples.gallery import EXAMPLES, FOLDER

pytestmark = pytest.mark.emulator
pytest.importorskip("ministack")


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_answers_in_every_region_with_one_release(gallery: Gallery, example: str) -> None:
    deployed = gallery.deploy(example)

    answers = {region: deployed.ask("GET", "/health", region=region) for region in deployed.regions}

    assert {status for status, _ in answers.values()} == {200}
    assert {region: body["region"] for region, (_, body) in answers.items()} == {one: one for one in deployed.regions}
    assert len({body["release"] for _, body in answers.values()}) == 1


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_skipped_is_what_the_readme_lists(gallery: Gallery, example: str) -> None:
    skipped = gallery.deploy(example).skipped()
    listed = (FOLDER / example / "README.md").read_text().split("## On the embedded AWS")[1]

    assert sorted(set(re.findall(r"`(AWS::\w+::\w+)`", listed))) == skipped


def test_a_product_is_written_by_a_partner_and_read_by_anybody_in_the_other_region(gallery: Gallery) -> None:
    catalogue = gallery.deploy("api-and-table")
    secrets = catalogue.client("secretsmanager")
    token, key = (
        secrets.get_secret_value(SecretId=f"catalogue-production-partner-{name}")["SecretString"]
        for name in ("token", "key")
    )
    tea = {"title": "Green tea", "cents": 450}

    partner, guesser = ({"Authorization": one, "x-api-key": key} for one in (token, "guessed"))
    written, _ = catalogue.ask("PUT", "/products/tea/green", tea, **partner)
    refused = [
        catalogue.ask("PUT", "/products/tea/black", tea, **given)[0] for given in (guesser, {"Authorization": token})
    ]
    read, found = catalogue.ask("GET", "/products/tea/green", region="us-west-2")
    there, _ = catalogue.ask("PUT", "/products/tea/white", tea, region="us-west-2", **partner)

    assert (written, read, there) == (200, 200, 200)
    assert refused == [403, 403]
    assert found["product"] == {"category": "tea", "id": "green", **tea}


def test_a_job_is_taken_worked_on_and_shown(gallery: Gallery) -> None:
    renders = gallery.deploy("queue-workers")
    jobs = [{"text": "Dear $name", "values": {"name": "Ada"}, "urgent": urgent} for urgent in (False, True)]
    ids = [body["id"] for status, body in (renders.ask("POST", "/jobs", job) for job in jobs) if status == 202]

    done = [until(lambda job=one: finished(renders, job)) for one in ids]

    assert [one["document"] for one in done] == ["Dear Ada"] * 2


def test_a_job_that_cannot_be_done_becomes_a_dead_letter_and_the_others_are_done(gallery: Gallery) -> None:
    renders = gallery.deploy("queue-workers")
    hide_briefly(renders, "jobs")
    bad, good = ({"text": text, "values": {}} for text in ("Dear $nobody", "Dear all"))
    ids = [renders.ask("POST", "/jobs", job)[1]["id"] for job in (bad, good)]

    done = until(lambda: finished(renders, ids[1]))
    dead = until(lambda: renders.received("jobs-dead"))

    assert done["document"] == "Dear all"
    assert [json.loads(one)["id"] for one in dead] == ids[:1]


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_an_order_is_announced_once_by_the_region_that_took_it(gallery: Gallery, region: str) -> None:
    shop = gallery.deploy("order-events")
    order = {"id": f"order-{region}", "item": "samovar", "cents": 150_000}

    answers = [shop.ask("POST", "/orders", order, region=region)[0] for _ in range(2)]
    invoiced = until(lambda: shop.ask("GET", f"/orders/order-{region}", region=region)[1]["order"].get("invoice"))
    shipped = until(lambda: shop.received("shipping", region))
    reviewed = until(lambda: shop.received("reviews", region))

    assert answers == [201, 200]
    assert invoiced.startswith("R-")
    assert [json.loads(one) for one in shipped] == [order]
    assert [json.loads(one)["detail"] for one in reviewed] == [order]


def test_a_day_is_settled_by_what_the_schedule_starts(gallery: Gallery) -> None:
    settlement = gallery.deploy("scheduled-workflow")
    for number, cents in enumerate((100, 250)):
        settlement.ask("POST", "/payments", {"id": f"payment-{number}", "merchant": "tea-house", "cents": cents})
    at = datetime.now(UTC) + timedelta(days=1)

    ended = run_scheduled(settlement, at.isoformat())
    day = (at.date() - timedelta(days=1)).isoformat()
    _, told = settlement.ask("GET", f"/settlements/{day}")

    assert ended["status"] == "SUCCEEDED"
    assert told["settlement"] == {"day": day, "merchants": {"tea-house": 350}, "total": 350}


def test_a_day_that_cannot_be_settled_is_told_to_the_operators(gallery: Gallery) -> None:
    settlement = gallery.deploy("scheduled-workflow")

    ended = run_scheduled(settlement, date(2001, 1, 2).isoformat() + "T00:30:00Z")
    told = until(lambda: settlement.received("operators-inbox"))

    assert ended["status"] == "FAILED"
    assert json.loads(told[0])["collected"] == {"day": "2001-01-01", "payments": 0}


def test_the_schedule_is_off_in_the_standby(gallery: Gallery) -> None:
    settlement = gallery.deploy("scheduled-workflow")

    states = {region: schedule(settlement, region)["State"] for region in settlement.regions}

    assert states == {"us-east-1": "ENABLED", "us-west-2": "DISABLED"}


def test_a_link_made_in_one_region_is_followed_in_the_other(gallery: Gallery) -> None:
    links = gallery.deploy("container-service")
    token = links.client("secretsmanager").get_secret_value(SecretId="links-production-token")["SecretString"]
    link = {"id": "spring", "address": "https://www.example.com/a/long/way?to=spring"}

    made, _ = links.ask("POST", "/links", link, Authorization=token)
    refused, _ = links.ask("POST", "/links", link, Authorization="guessed")
    followed, where = links.ask("GET", "/spring", region="us-west-2")

    assert (made, refused, followed) == (201, 403, 302)
    assert (where["leads_to"], where["region"]) == (link["address"], "us-west-2")


def finished(renders: Deployed, job: str) -> Any:
    """The job, once it is done."""
    _, found = renders.ask("GET", f"/jobs/{job}")
    return found if found["state"] == "done" else None


def hide_briefly(renders: Deployed, queue: str) -> None:
    """A message that failed comes back at once, not after two minutes."""
    renders.client("sqs").set_queue_attributes(QueueUrl=renders.queue(queue), Attributes={"VisibilityTimeout": "1"})


def schedule(settlement: Deployed, region: str = "") -> Any:
    """The nightly schedule of a region."""
    return settlement.client("scheduler", region).get_schedule(
        Name="settlement-production-nightly", GroupName="settlement-production"
    )


def run_scheduled(settlement: Deployed, at: str) -> Any:
    """Starts what the schedule would start, with what it would hand over at a moment; waits for the end."""
    target = schedule(settlement)["Target"]
    states = settlement.client("stepfunctions")
    given = target["Input"].replace("<aws.scheduler.scheduled-time>", at)
    execution = states.start_execution(stateMachineArn=target["Arn"], input=given)["executionArn"]

    def ended() -> Any:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    return until(ended)
