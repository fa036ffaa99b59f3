"""Clients of one service share their methods, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from botocore.stub import Stubber

from orchestrator.aws.sessions import Sessions


def test_clients_of_one_service_share_their_methods_across_regions_and_accounts(sessions: Sessions) -> None:
    one = sessions.client("sns", region="us-east-1")
    other = sessions.client("sns", region="eu-west-1", account="111111111111")

    assert type(one).list_topics is type(other).list_topics


def test_a_shared_method_calls_through_the_client_it_is_called_on(
    sessions: Sessions, stubbed: Callable[..., Stubber]
) -> None:
    for region in ("us-east-1", "eu-west-1"):
        answer = {"Topics": [{"TopicArn": f"arn:aws:sns:{region}:999999999999:t"}]}
        stubbed("sns", region).add_response("list_topics", answer, {})

    asked = {
        region: sessions.client("sns", region=region).list_topics()["Topics"][0]["TopicArn"]
        for region in ("eu-west-1", "us-east-1")
    }

    assert {region for region, arn in asked.items() if region in arn} == {"eu-west-1", "us-east-1"}
    assert sessions.client("sns", region="eu-west-1").meta.endpoint_url == "https://sns.eu-west-1.amazonaws.com"


def test_methods_of_different_services_are_kept_apart(sessions: Sessions) -> None:
    topics, functions = sessions.client("sns", region="us-east-1"), sessions.client("lambda", region="us-east-1")

    assert type(topics).tag_resource is not type(functions).tag_resource
