"""What a reviewer reads: template, parameter, record and health-check differences."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.canonical import canonical_json, digest, template_digest
from orchestrator.core.diff import (
    changed_types,
    check_changes,
    pair_changes,
    record_text,
    replaced_resources,
    resources,
    template_changes,
)
from orchestrator.core.dns import AliasTarget, CheckKind, FailoverRole, HealthCheck, RecordSet
from orchestrator.core.pending import Pending
from orchestrator.core.plan import FieldChange


def body(**sections):
    return json.dumps(sections)


def table(**properties):
    return {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}


CREATE_ONLY = {"AWS::DynamoDB::GlobalTable": frozenset({"Properties/Keys/Hash", "Properties/TableName"})}

CASES = {
    "equal": (body(Resources={"T": table(A=1)}), body(Resources={"T": table(A=1)}), []),
    "spacing only": ('{"A": 1}', '{ "A" : 1 }', []),
    "a property": (
        body(Resources={"T": table(A=1)}),
        body(Resources={"T": table(A=2)}),
        [FieldChange("Resources.T.Properties.A", "1", "2")],
    ),
    "a property comes": (
        body(Resources={"T": table()}),
        body(Resources={"T": table(A=[1])}),
        [FieldChange("Resources.T.Properties.A", "", "[1]")],
    ),
    "a fixed property": (
        body(Resources={"T": table(TableName="a")}),
        body(Resources={"T": table(TableName="b")}),
        [FieldChange("Resources.T.Properties.TableName", "a", "b", replaces=True)],
    ),
    "below a fixed property": (
        body(Resources={"T": table(TableName={"Ref": "A"})}),
        body(Resources={"T": table(TableName={"Ref": "B"})}),
        [FieldChange("Resources.T.Properties.TableName.Ref", "A", "B", replaces=True)],
    ),
    "above a fixed property": (
        body(Resources={"T": table(Keys="a")}),
        body(Resources={"T": table(Keys={"Hash": "b"})}),
        [FieldChange("Resources.T.Properties.Keys", "a", '{"Hash": "b"}', replaces=True)],
    ),
    "another type": (
        body(Resources={"T": {"Type": "A::B::C"}}),
        body(Resources={"T": {"Type": "A::B::D"}}),
        [FieldChange("Resources.T.Type", "A::B::C", "A::B::D", replaces=True)],
    ),
    "a resource comes": (
        body(Resources={}),
        body(Resources={"T": {"Type": "A::B::C"}}),
        [FieldChange("Resources.T", "", '{"Type": "A::B::C"}')],
    ),
    "no resource at all before": (
        "",
        body(Resources={"T": {"Type": "A::B::C"}}),
        [FieldChange("Resources.T", "", '{"Type": "A::B::C"}')],
    ),
    "a resource of no type": (
        body(Resources={"T": {"X": 1}}),
        body(Resources={"T": {"X": 2}}),
        [FieldChange("Resources.T.X", "1", "2")],
    ),
    "a resource empty before": (
        body(Resources={"T": {}}),
        body(Resources={"T": {"X": 2}}),
        [FieldChange("Resources.T.X", "", "2")],
    ),
    "an unknown section": (body(Rules={"a": 1}), body(Rules={"a": 2}), [FieldChange("Rules.a", "1", "2")]),
    "a text": (body(Description="a"), body(), [FieldChange("Description", "a", "")]),
    "true is not one": (body(Metadata={"a": 1}), body(Metadata={"a": True}), [FieldChange("Metadata.a", "1", "true")]),
    "no JSON": ("Resources: {}", '{"A": 1}', [FieldChange("template", "13 bytes", "8 bytes")]),
    "no object": ("[]", "[]", []),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_templates_differ_down_to_the_property(before, after, expected):
    assert list(template_changes(before, after, CREATE_ONLY)) == expected


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
TEMPLATES = st.dictionaries(
    st.sampled_from(["Resources", "Outputs", "Description", "Rules"]),
    st.dictionaries(st.text("AB", min_size=1, max_size=2), JSON.filter(lambda one: one != {}), min_size=1, max_size=3),
)


@settings(deadline=None)
@given(TEMPLATES, TEMPLATES)
def test_no_change_is_found_exactly_when_the_templates_are_equal(before, after):
    old, new = canonical_json(before), canonical_json(after)

    assert (template_changes(old, new, {}) == ()) == (template_digest(old) == template_digest(new))


@settings(deadline=None)
@given(TEMPLATES)
def test_order_and_spacing_change_no_digest(template):
    shuffled = dict(reversed(template.items()))

    assert canonical_json(shuffled) == canonical_json(template)
    assert template_digest(json.dumps(shuffled, indent=7)) == template_digest(canonical_json(template))


def test_a_template_that_is_no_json_has_the_digest_of_its_text():
    assert template_digest("Resources: {}") == digest("Resources: {}")


def test_replaced_resources_are_named_once():
    changes = [
        FieldChange("Resources.B.Properties.X", "1", "2", replaces=True),
        FieldChange("Resources.B.Properties.Y", "1", "2", replaces=True),
        FieldChange("Resources.A.Properties.X", "1", "2"),
    ]

    assert replaced_resources(changes) == ("B",)


def test_the_types_of_what_differs_are_what_rules_are_needed_for():
    before = body(Resources={"T": table(A=1), "Same": {"Type": "A::B::C"}, "Odd": {"X": 1}})
    after = body(Resources={"T": table(A=True), "Same": {"Type": "A::B::C"}, "New": {"Type": "A::B::D"}})

    assert changed_types(before, after) == {"AWS::DynamoDB::GlobalTable", "A::B::D"}
    assert changed_types("", "") == frozenset()


def test_a_resource_that_is_no_object_is_an_empty_one():
    assert resources('{"Resources": {"Odd": "text"}}') == {"Odd": {}}
    assert resources("no JSON") == {}


def test_pairs_differ_by_name():
    changes = pair_changes((("a", "1"), ("b", "2"), ("c", "3")), (("a", "1"), ("b", Pending("up", "v")), ("d", "4")))

    assert [(one.path, one.before, one.after) for one in changes] == [
        ("b", "2", "(known after up)"),
        ("c", "3", ""),
        ("d", "", "4"),
    ]


RECORDS = [
    (RecordSet(name="a.b", type="A", ttl_s=60, values=("192.0.2.1",)), "a.b. A 60 192.0.2.1"),
    (
        RecordSet(
            name="a.b",
            type="A",
            alias=AliasTarget("d-1", "Z"),
            set_identifier="x",
            failover=FailoverRole.PRIMARY,
            health_check="hc",
        ),
        "a.b. A ALIAS d-1 [PRIMARY id=x check=hc]",
    ),
    (RecordSet(name="a.b", type="A", alias=AliasTarget("c", "Z", True)), "a.b. A ALIAS c (evaluates target)"),
    (
        RecordSet(name="a.b", type="A", ttl_s=1, values=("1",), set_identifier="x", weight=0),
        "a.b. A 1 1 [id=x weight=0]",
    ),
    (
        RecordSet(name="a.b", type="A", ttl_s=1, values=("1", "2"), set_identifier="x", region="us-east-1"),
        "a.b. A 1 1 2 [id=x region=us-east-1]",
    ),
    (
        RecordSet(name="a.b", type="A", ttl_s=1, values=("1",), set_identifier="x", multivalue=True),
        "a.b. A 1 1 [id=x multivalue]",
    ),
]


@pytest.mark.parametrize(("record", "expected"), RECORDS, ids=[text for _, text in RECORDS])
def test_a_record_reads_like_a_line_of_a_zone_file(record, expected):
    assert record_text(record) == expected


def test_health_checks_differ_by_field_and_what_is_fixed_replaces():
    before = HealthCheck(name="n", host="a", path="/x")
    after = HealthCheck(name="n", host="a", path="/y", interval_s=30, kind=CheckKind.HTTP)

    assert check_changes(before, before) == ()
    assert {(one.path, one.replaces) for one in check_changes(before, after)} == {
        ("kind", True),
        ("path", False),
        ("interval", True),
    }


def test_the_kind_of_a_check_is_told_in_route_53s_word():
    (kind,) = check_changes(HealthCheck(name="n"), HealthCheck(name="n", kind=CheckKind.RECOVERY_CONTROL))

    assert (kind.before, kind.after) == ("HTTPS", "RECOVERY_CONTROL")
