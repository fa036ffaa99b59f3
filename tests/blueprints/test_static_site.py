"""A static site: the bucket of each region, and the one distribution in front of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.access.grants import GRANTS
from blueprints.access.statements import statements
from blueprints.infra.site_errors import ErrorReports
from blueprints.infra.site_function import function_code
from blueprints.infra.site_options import SiteOptions
from orchestrator.core.analysis import analyse
from orchestrator.core.errors import ConfigurationError
from orchestrator.synth import lint
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, synthesized, types
from tests.blueprints.test_safe_templates import ENVIRONMENT, TOPOLOGY
from tests.report.browser_page import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLAIN: dict[str, Any] = {"site": {"logs": False}}
FULL: dict[str, Any] = {
    "site": {
        "single_page": True,
        "error_page": "errors/404.html",
        "host": "www.fed.dev",
        "settings": {"greeting": 'it\'s ${x} "q" </script>'},
        "errors": {"sample": 0.5, "cookies": True},
    }
}
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
ONCE = (
    "BucketSiteLogs",
    "BucketSiteLogsPolicy",
    "SiteAccess",
    "SiteDistribution",
    "SiteErrors",
    "SiteErrorsAlarm",
    "SiteFunction",
    "SiteHeaders",
)
CONFIG = "SiteDistribution/Properties/DistributionConfig"
READ = "BucketSitePolicy/Properties/PolicyDocument/Statement/1"
HEADERS = "SiteHeaders/Properties/ResponseHeadersPolicyConfig/SecurityHeadersConfig"


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    return body("infra", **FULL)


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return body("infra", **PLAIN)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("BucketSite/Properties/BucketName", {"Fn::Sub": "sample-production-site-${AWS::AccountId}-${AWS::Region}"}),
        ("BucketSite/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", True),
        ("BucketSite/DependsOn", ["BucketReplicationSenderRole"]),
        (f"{READ}/Principal", {"Service": "cloudfront.amazonaws.com"}),
        (f"{READ}/Action", "s3:GetObject"),
        (
            f"{READ}/Condition/ArnLike/aws:SourceArn",
            {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"},
        ),
        (f"{CONFIG}/Origins/0/Id", "us-west-2"),
        (
            f"{CONFIG}/Origins/1/DomainName",
            {"Fn::Sub": "sample-production-site-${AWS::AccountId}-us-east-1.s3.us-east-1.${AWS::URLSuffix}"},
        ),
        (f"{CONFIG}/Origins/1/OriginAccessControlId", {"Fn::GetAtt": ["SiteAccess", "Id"]}),
        (f"{CONFIG}/Origins/0/S3OriginConfig", {"OriginAccessIdentity": "", "OriginReadTimeout": 5}),
        (
            f"{CONFIG}/OriginGroups/Items/0/Members",
            {"Items": [{"OriginId": "us-west-2"}, {"OriginId": "us-east-1"}], "Quantity": 2},
        ),
        (f"{CONFIG}/OriginGroups/Items/0/FailoverCriteria/StatusCodes/Items", [500, 502, 503, 504]),
        (f"{CONFIG}/DefaultCacheBehavior/TargetOriginId", "site"),
        (f"{CONFIG}/DefaultCacheBehavior/Compress", True),
        (f"{CONFIG}/DefaultCacheBehavior/ViewerProtocolPolicy", "redirect-to-https"),
        (f"{CONFIG}/DefaultRootObject", "index.html"),
        (f"{CONFIG}/CustomErrorResponses/0/ResponsePagePath", "/errors/404.html"),
        (f"{CONFIG}/CustomErrorResponses/0/ResponseCode", 404),
        (f"{CONFIG}/Aliases", ["www.fed.dev"]),
        (
            f"{CONFIG}/ViewerCertificate/AcmCertificateArn",
            "{{resolve:ssm:/orchestrator/sample-production/site/certificate-arn}}",
        ),
        (f"{CONFIG}/Logging/Bucket", {"Fn::GetAtt": ["BucketSiteLogs", "DomainName"]}),
        ("BucketSiteLogs/Properties/OwnershipControls/Rules/0/ObjectOwnership", "BucketOwnerPreferred"),
        ("BucketSiteLogs/Properties/LifecycleConfiguration/Rules/2/ExpirationInDays", 90),
        ("SiteFunction/Properties/AutoPublish", True),
        ("SiteFunction/Properties/Name", {"Fn::Sub": "sample-production-site-${AWS::Region}"}),
        ("SiteErrors/Properties/Domain", "www.fed.dev"),
        ("SiteErrors/Properties/AppMonitorConfiguration/SessionSampleRate", 0.5),
        ("SiteErrorsAlarm/Properties/AlarmName", "sample-production-site-errors"),
        ("SiteErrorsAlarm/Properties/TreatMissingData", "notBreaching"),
        (f"{HEADERS}/FrameOptions/FrameOption", "DENY"),
        (f"{HEADERS}/StrictTransportSecurity/AccessControlMaxAgeSec", 63_072_000),
    ],
)
def test_a_site_says(full: dict[str, Any], path: str, expected: object) -> None:
    assert at(full, f"Resources/{path}") == expected


@pytest.mark.parametrize(("notify", "told"), [("nobody", 0), ("region", 1), ("each", 1)])
def test_whoever_hears_of_alarms_hears_of_errors_in_browsers(notify: str, told: int) -> None:
    monitoring = {"notify": notify, "region_alarm": True}
    template = body("infra", site={"errors": {}}, alarm_topic={"emails": ["ops@example.com"]}, monitoring=monitoring)
    alarm = at(template, "Resources/SiteErrorsAlarm")

    assert alarm["Condition"] == "IsReferenceRegion"
    assert [one["Fn::Sub"].rpartition(":")[2] for one in alarm["Properties"].get("AlarmActions", ())] == (
        ["sample-production-alarms"] * told
    )
    assert "site-errors" not in at(template, "Resources/RegionAlarm/Properties/AlarmRule")


def test_all_but_the_files_is_made_in_the_reference_region_alone(full: dict[str, Any]) -> None:
    conditions = {name: one.get("Condition") for name, one in full["Resources"].items() if "Site" in name}

    assert {name for name, condition in conditions.items() if condition == "IsReferenceRegion"} == set(ONCE)
    assert {name for name, condition in conditions.items() if condition is None} == {"BucketSite", "BucketSitePolicy"}


def test_outputs_are_told_where_the_distribution_is(full: dict[str, Any]) -> None:
    told = {name: one["Condition"] for name, one in full["Outputs"].items() if name.startswith("Site")}

    assert told == dict.fromkeys(("SiteDistribution", "SiteDomain", "SiteErrors"), "IsReferenceRegion")


def test_files_are_copied_between_all_regions(full: dict[str, Any]) -> None:
    stems = at(full, "Resources/BucketReplicationRules/Properties/Buckets")

    assert stems == [{"Fn::Sub": "sample-production-site-${AWS::AccountId}"}]


def test_without_options_a_site_has_neither_name_nor_log_nor_reports(plain: dict[str, Any]) -> None:
    config = at(plain, f"Resources/{CONFIG}")

    assert not {"Aliases", "ViewerCertificate", "Logging"} & set(config)
    assert config["CustomErrorResponses"] == [{"ErrorCode": 403, "ErrorCachingMinTTL": 10}]
    assert "AWS::RUM::AppMonitor" not in types(plain)


def test_browsers_may_call_the_api_and_send_reports_and_nothing_else(
    plain: dict[str, Any], full: dict[str, Any]
) -> None:
    path = f"Resources/{HEADERS}/ContentSecurityPolicy/ContentSecurityPolicy"

    assert "connect-src 'self' https://sample.fed.dev;" in at(plain, path)
    assert (
        "connect-src 'self' https://sample.fed.dev https://dataplane.rum.${AWS::Region}.${AWS::URLSuffix};"
        in at(full, path)["Fn::Sub"]
    )


def test_a_content_security_policy_of_ones_own_is_taken_as_it_is() -> None:
    template = body("infra", site={"content_security_policy": "default-src https:"})

    said = at(template, f"Resources/{HEADERS}/ContentSecurityPolicy/ContentSecurityPolicy")

    assert said == "default-src https:"


def test_of_three_regions_the_reference_region_and_one_more_are_asked() -> None:
    context = replace(CONTEXT, regions=("us-east-1", "us-west-2", "eu-west-1"))

    origins = at(body("infra", context, **PLAIN), f"Resources/{CONFIG}/Origins")

    assert [one["Id"] for one in origins] == ["us-west-2", "eu-west-1"]


def test_one_region_is_asked_without_a_group() -> None:
    config = at(body("infra", replace(CONTEXT, regions=("us-west-2",)), **PLAIN), f"Resources/{CONFIG}")

    assert "OriginGroups" not in config
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "us-west-2"


def test_a_site_in_each_account_has_the_account_in_its_names() -> None:
    context = replace(CONTEXT, host="{account}.api.fed.dev")

    template = body("infra", context, site={"host": "{account}.fed.dev"})

    assert at(template, f"Resources/{CONFIG}/Aliases") == [{"Fn::Sub": "${AWS::AccountId}.fed.dev"}]
    code = at(template, "Resources/SiteFunction/Properties/FunctionCode/Fn::Sub")
    assert "https://${AWS::AccountId}.api.fed.dev" in code


def test_anybody_may_send_reports_to_this_monitor_and_no_other(full: dict[str, Any]) -> None:
    text = at(full, "Resources/SiteErrors/Properties/ResourcePolicy/PolicyDocument/Fn::Sub")

    statement = json.loads(text)["Statement"][0]

    assert statement["Action"] == "rum:PutRumEvents"
    assert statement["Resource"].endswith(":appmonitor/sample-production-site")


@pytest.mark.parametrize("errors", [{}, {"errors": {}}])
def test_settings_that_look_like_something_to_fill_in_are_left_as_they_are(errors: dict[str, object]) -> None:
    template = synthesized("infra", site={"settings": {"${name}": "${AWS::Region} ${!x}"}, **errors})
    given = at(json.loads(template.body), "Resources/SiteFunction/Properties/FunctionCode")
    code = given if isinstance(given, str) else given["Fn::Sub"]

    said = json.loads(json.loads(code.partition("\n")[0].removeprefix("var config = ").removesuffix(";")))

    assert said["${name}"] == "${AWS::Region} ${!x}"
    assert [one.rule for one in lint([template], ["us-west-2"])] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"site": {"root": "a/index.html"}}, r"options\.site\.root: is a file of every folder"),
        ({"site": {"root": ""}}, r"options\.site\.root: is a file of every folder"),
        ({"site": {"error_page": "/404.html"}}, r"options\.site\.error_page: '/404\.html' is no file"),
        ({"site": {"host": "https://www.fed.dev"}}, r"options\.site\.host: 'https://www\.fed\.dev' is no host name"),
        ({"site": {"host": "sample.fed.dev"}}, r"options\.site\.host: 'sample\.fed\.dev' is the name of the API"),
        ({"site": {"host": "us-east-1.sample.fed.dev"}}, r"options\.site\.host: .* is the name of the API"),
        (
            {"site": {"content_security_policy": "default-src 'self';\nobject-src 'none'"}},
            r"options\.site\.content_security_policy: has a line break",
        ),
        (
            {"site": {"content_security_policy": "default-src ${host}"}},
            r"options\.site\.content_security_policy: .* or \$\{",
        ),
        ({"site": {"settings": {"api": "x"}}}, r"options\.site\.settings\.api: is filled in by the block itself"),
        ({"site": {"settings": {"long": "x" * 10_240}}}, r"options\.site\.settings: are \d+ characters too long"),
        ({"site": {"errors": {"sample": 2}}}, r"options\.site\.errors\.sample: 2\.0 is too large"),
        ({"site": {}, "buckets": {"site": None}}, r"options\.buckets\.site: is the name of a bucket of the site"),
        ({"site": {}, "buckets": {"site-logs": None}}, r"options\.buckets\.site-logs: is the name of a bucket"),
    ],
)
def test_a_site_that_cannot_be_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", **options)


def test_a_site_in_govcloud_is_refused() -> None:
    regions = ("us-gov-west-1", "us-gov-east-1")
    gov = replace(CONTEXT, partition="aws-us-gov", regions=regions, home_region=regions[0], reference_region=regions[0])

    with pytest.raises(ConfigurationError, match=r"options\.site: there is no CloudFront in aws-us-gov"):
        body("infra", gov, site={})


def test_logs_in_a_region_that_cannot_have_them_are_refused() -> None:
    regions = ("eu-south-1", "us-east-1")
    context = replace(CONTEXT, regions=regions, reference_region="eu-south-1")

    with pytest.raises(ConfigurationError, match=r"options\.site\.logs: CloudFront writes no logs into .*eu-south-1"):
        body("infra", context, site={})
    assert body("infra", context, **PLAIN)


def test_cfn_lint_finds_nothing() -> None:
    assert lint([synthesized("infra", **one) for one in (PLAIN, FULL)], REGIONS) == ()


@pytest.mark.parametrize("options", [PLAIN, FULL])
def test_the_analysis_finds_nothing(options: dict[str, Any]) -> None:
    found = analyse(TOPOLOGY, ENVIRONMENT, {"infra": synthesized("infra", **options).body})

    assert found == ()


def test_everything_has_grants_and_none_reaches_everywhere(full: dict[str, Any]) -> None:
    made = {kind for kind in types(full) if kind.startswith(("AWS::CloudFront::", "AWS::RUM::"))}

    given = statements(CONTEXT, [grant for kind in made for grant in GRANTS[kind]])

    assert len(made) == 5
    assert not [one for one in given if "*" in one["Resource"]]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


@pytest.mark.parametrize(
    ("single_page", "asked", "file"),
    [
        (False, "/", "/index.html"),
        (False, "/help/", "/help/index.html"),
        (False, "/help", "/help"),
        (False, "/app.js", "/app.js"),
        (True, "/", "/index.html"),
        (True, "/orders/7", "/index.html"),
        (True, "/a.b/orders", "/index.html"),
        (True, "/assets/app.js", "/assets/app.js"),
    ],
)
def test_the_function_looks_for(page: Page, single_page: bool, asked: str, file: str) -> None:
    code = function_code(CONTEXT, SiteOptions(single_page=single_page))

    assert _answer(page, code, asked) == {"uri": file}


def test_the_function_tells_the_page_where_the_api_is(page: Page) -> None:
    site = SiteOptions(settings={"greeting": 'it\'s "q" </script>\n'}, errors=ErrorReports(sample=0.5))

    answer = _answer(page, function_code(CONTEXT, site), "/config.json")

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == {"value": "application/json"}
    assert json.loads(answer["body"]["data"]) == {
        "api": "https://sample.fed.dev",
        "greeting": 'it\'s "q" </script>\n',
        "errors": {
            "id": "${SiteErrors.Id}",
            "region": "${AWS::Region}",
            "endpoint": "https://dataplane.rum.${AWS::Region}.${AWS::URLSuffix}",
            "sample": 0.5,
        },
    }


def _answer(page: Page, code: str, asked: str) -> Any:
    return page.evaluate(f"(() => {{ {code}\nreturn handler({{request: {{uri: {json.dumps(asked)}}}}}); }})()")
