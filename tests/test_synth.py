"""A user's blueprint: loaded from where it is, run under guard, its faults reported at file and line."""

from __future__ import annotations

import signal
import textwrap
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from blueprints import Context
from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.core.json_values import JsonObject
from orchestrator.core.topology import (
    CodeSource,
    Environment,
    HostedZone,
    Region,
    RegionRole,
    StackSetConfig,
    Topology,
)
from orchestrator.synth import (
    Limits,
    LintFinding,
    Place,
    SynthesizedTemplate,
    TemplateParameter,
    context_for,
    lint,
    load_blueprint,
    synthesize,
)

CONTEXT = Context(
    application="a",
    environment="b",
    partition="aws",
    regions=("us-east-1", "us-west-2"),
    home_region="us-west-2",
    reference_region="us-east-1",
    home_account="111111111111",
    host="h.example.com",
    hosted_zone="example.com",
    artifacts={"app": "a" * 64},
)

HEADER = """
from dataclasses import dataclass
from blueprints import Blueprint, option
from troposphere import *
from troposphere.sns import Topic
from troposphere.iam import Role, Group
"""

GOOD = """
class Site(Blueprint):
    @dataclass(frozen=True, slots=True)
    class Options:
        size: int = option(1)
    def template(self, context):
        t = Template()
        t.add_resource(Topic("Topic", DisplayName=str(self.options.size)))
        return t
"""


def write(folder: Path, body: str, name: str = "mine.py") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEADER + textwrap.dedent(body))
    return file


def template_of(folder: Path, body: str, *, limits: Limits | None = None) -> SynthesizedTemplate:
    """The template of a blueprint whose `template` has this body; `t` is an empty Template."""
    lines = textwrap.indent(textwrap.dedent(body), "        ")
    source = (
        f"class Site(Blueprint):\n    def template(self, context):\n        t = Template()\n{lines}\n        return t\n"
    )
    write(folder, source)
    return synthesize(StackSetConfig("infra", "mine.py:Site"), CONTEXT, base_dir=folder, limits=limits)


def problems(folder: Path, body: str, *, limits: Limits | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        template_of(folder, body, limits=limits)
    return caught.value.problems


# -- loading ------------------------------------------------------------------------------------------------------


def test_a_class_is_found_in_a_file_and_in_a_package_of_the_base_folder(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "own_blueprints_1/site.py")

    assert load_blueprint("own_blueprints_1/site.py:Site", tmp_path).__name__ == "Site"
    assert load_blueprint("own_blueprints_1.site:Site", tmp_path).__name__ == "Site"


def test_two_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "one/site.py")
    write(tmp_path, GOOD.replace("size: int = option(1)", "size: int = option(2)"), "two/site.py")

    one, two = (load_blueprint(f"{name}/site.py:Site", tmp_path) for name in ("one", "two"))

    assert (one({}).options.size, two({}).options.size) == (1, 2)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("mine.py", "is no reference to a blueprint; write package.module:Class"),
        ("mine.py:Sitee", "there is no class 'Sitee' in mine.py; did you mean Site?"),
        ("mine.py:Template", "mine.py:Template is not a blueprint; subclass blueprints.Blueprint"),
        ("min.py:Site", "there is no file min.py; did you mean mine.py?"),
        ("mine:Site.x", "is no reference"),
        ("no.such.module:Site", "there is no module 'no'"),
        ("a b:Site", "is no name of a Python module"),
        ("blueprints.mine:Site", "is this tool's own; refer to yours by path/to/file.py:Class"),
        ("email.mine:Site", "for a file write email/mine.py:Class"),
    ],
)
def test_a_wrong_reference_says_what_to_write(tmp_path: Path, reference: str, said: str) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "email/mine.py")  # hidden by the standard library's package of that name
    place = Place("regions.yaml", "stack_sets.infra.blueprint", 7)

    with pytest.raises(ConfigurationError) as caught:
        load_blueprint(reference, tmp_path, place=place)

    assert said in str(caught.value)
    assert str(caught.value).startswith("regions.yaml:7:1: stack_sets.infra.blueprint: ")


def test_a_syntax_error_is_shown_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\ny = (\n")

    with pytest.raises(ConfigurationError, match=r"^broken\.py:2:5: syntax error: "):
        load_blueprint("broken.py:Site", tmp_path)


def test_a_missing_dependency_is_a_fault_of_the_users_line(tmp_path: Path) -> None:
    (tmp_path / "needs.py").write_text("\nimport no_such_dependency\n")

    with pytest.raises(ConfigurationError, match=r"^needs\.py:2:0: .*'no_such_dependency', which is not installed"):
        load_blueprint("needs.py:Site", tmp_path)


# -- running ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no luck')", "the blueprint raised ValueError: no luck"),
        ("exit(3)", "the blueprint called exit (3)"),
        ("1 / 0", "the blueprint raised ZeroDivisionError"),
        ("def f(): return f()\nf()", "the blueprint raised RecursionError"),
        ("t.add_resource(Topic('T', Nonsense=1))", "the blueprint raised AttributeError"),
        ("import socket\nsocket.getaddrinfo('localhost', 80)", "tried to reach outside (socket.getaddrinfo)"),
        ("import subprocess\nsubprocess.run(['true'])", "tried to reach outside (subprocess.Popen)"),
    ],
)
def test_what_a_blueprint_does_wrong_is_shown_at_its_line(tmp_path: Path, body: str, said: str) -> None:
    (problem,) = problems(tmp_path, body)

    assert said in problem.message
    assert problem.file == "mine.py"
    assert problem.line >= HEADER.count("\n") + 4


@pytest.mark.parametrize(
    ("body", "limits"),
    [("while True: pass", Limits(cpu_s=0.2)), ("import time\ntime.sleep(60)", Limits(wall_s=0.2))],
)
def test_a_blueprint_without_end_is_ended(tmp_path: Path, body: str, limits: Limits) -> None:
    (problem,) = problems(tmp_path, body, limits=limits)

    assert "did not end within" in problem.message
    assert problem.line > 0


def test_what_a_blueprint_prints_stays_out_of_the_result(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    template_of(tmp_path, "import os\nprint('hello')\nos.write(1, b'raw')\nt.add_resource(Topic('T'))")

    captured = capfd.readouterr()

    assert captured.out == ""
    assert "hello" in captured.err
    assert "raw" in captured.err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\nos._exit(0)", "ended its process (exit 0)"),
        ("import os\nos.kill(os.getpid(), 9)", "was ended by SIGKILL"),
        ("x = 'a' * (4 << 30)", "ran out of memory"),
    ],
)
def test_a_blueprint_that_takes_its_process_along_costs_a_message(tmp_path: Path, body: str, said: str) -> None:
    (problem,) = problems(tmp_path, body)

    assert said in problem.message


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (
            "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass",
            Limits(wall_s=0.2),
        ),
        ("sum(range(10 ** 12))", Limits(cpu_s=0.2, wall_s=2)),
    ],
)
def test_a_blueprint_that_cannot_be_ended_from_inside_is_ended(tmp_path: Path, body: str, limits: Limits) -> None:
    (problem,) = problems(tmp_path, body, limits=limits)

    assert "did not end within" in problem.message


def test_a_blueprint_leaves_nothing_behind_in_this_process(tmp_path: Path) -> None:
    threads, folder, handler = threading.active_count(), Path.cwd(), signal.getsignal(signal.SIGINT)

    template_of(
        tmp_path,
        "import os, signal, threading, time\n"
        "os.chdir('/')\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "t.add_resource(Topic('T'))",
    )

    assert threading.active_count() == threads
    assert Path.cwd() == folder
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_thread_of_a_blueprint_may_not_reach_outside_either(tmp_path: Path) -> None:
    (problem,) = problems(
        tmp_path,
        "import socket\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor() as pool: pool.submit(socket.getaddrinfo, 'localhost', 80).result()",
    )

    assert "tried to reach outside (socket.getaddrinfo)" in problem.message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[1]", "the template is no mapping"),
        ("{'Resources': [1]}", "Resources is no mapping"),
        ("{'Resources': {'A': 'x'}}", "Resources.A is no mapping"),
        ("{'Resources': {'A': {'Type': 5}}}", "Resources.A.Type is no text"),
        ("{'Resources': {'A': {'Type': 'x', 'Properties': 1}}}", "Resources.A.Properties is no mapping"),
        ("{'Resources': {'A': {'Type': 'x', 'Condition': 1}}}", "Resources.A.Condition is no text"),
        ("{'Resources': {'A': {'Type': 'x', 'DependsOn': 7}}}", "Resources.A.DependsOn is neither"),
        ("{'Resources': {}, 'Outputs': {'O': 'x'}}", "Outputs.O is no mapping"),
        ("{'Resources': {}, 'Conditions': 4}", "Conditions is no mapping"),
        ("{'Resources': {}, 'Metadata': float('nan')}", "holds NaN, which JSON has no word for"),
        (r"{'Resources': {}, 'Metadata': '\ud800'}", r"holds '\ud800', which no file can hold"),
        ("(a := {}) or a.update(a=a) or a", "Circular reference"),
    ],
)
def test_what_is_no_template_of_cloudformation_is_refused(tmp_path: Path, given: str, said: str) -> None:
    body = f"class Mine(Template):\n    def to_dict(self, *_, **__): return {given}\nreturn Mine()"

    assert said in " ".join(one.message for one in problems(tmp_path, body))


def test_a_blueprint_runs_in_another_thread_too(tmp_path: Path) -> None:
    results: list[SynthesizedTemplate] = []

    thread = threading.Thread(target=lambda: results.append(template_of(tmp_path, "t.add_resource(Topic('T'))")))
    thread.start()
    thread.join()

    assert results[0].layer == "infra"


def test_a_template_that_differs_from_run_to_run_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "import uuid\nt.add_resource(Topic('T', DisplayName=str(uuid.uuid4())))")

    assert "another template each time it runs (Resources.T.Properties.DisplayName)" in problem.message


def test_something_else_than_a_template_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "return {}")

    assert "did not return a troposphere Template" in problem.message


# -- the result ---------------------------------------------------------------------------------------------------


def test_the_body_is_canonical_and_the_digest_is_of_its_bytes(tmp_path: Path) -> None:
    found = template_of(tmp_path, "t.add_resource(Topic('T', DisplayName='\N{SNOWMAN}'))")
    expected = {"Resources": {"T": {"Properties": {"DisplayName": "\N{SNOWMAN}"}, "Type": "AWS::SNS::Topic"}}}

    assert found.body == canonical_json(expected)
    assert found.digest == digest(found.body)
    assert found.size_bytes == len(found.body.encode())
    assert found.capabilities == ()


def test_parameters_come_with_their_defaults(tmp_path: Path) -> None:
    found = template_of(
        tmp_path,
        """
        t.add_parameter(Parameter('Zebra', Type='Number', Default=3))
        t.add_parameter(Parameter('RegionRole', Type='String'))
        t.add_parameter(Parameter('CodeAppKey', Type='String'))
        t.add_resource(Topic('T', DisplayName=Ref('Zebra'), TopicName=Ref('RegionRole')))
        """,
    )

    assert found.parameters == (
        TemplateParameter("CodeAppKey"),
        TemplateParameter("RegionRole"),
        TemplateParameter("Zebra", "3"),
    )
    assert found.parameter_names == {"CodeAppKey", "RegionRole", "Zebra"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("t.add_resource(Group('G'))", ("CAPABILITY_IAM",)),
        ("t.add_resource(Group('G', GroupName='g'))", ("CAPABILITY_NAMED_IAM",)),
        ("t.set_transform('X')\nt.add_resource(Topic('T'))", ("CAPABILITY_AUTO_EXPAND",)),
    ],
)
def test_capabilities_follow_from_the_resources(tmp_path: Path, body: str, expected: tuple[str, ...]) -> None:
    assert template_of(tmp_path, body).capabilities == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "the template has no resources"),
        ("t.add_resource(Topic('T', DisplayName=Ref('Nmae')))", "Resources.T refers to 'Nmae'"),
        ("t.add_resource(Topic('T', DisplayName=Sub('${Other.Arn} ${!Kept} ${AWS::Region}')))", "refers to 'Other'"),
        ("t.add_resource(Topic('T', DependsOn='Gone'))", "refers to 'Gone'"),
        ("t.add_resource(Topic('T', Condition='Never'))", "the condition 'Never', which is not defined"),
        ("t.add_resource(Topic('T'))\nt.add_output(Output('O', Value=GetAtt('X', 'Arn')))", "Outputs.O refers to 'X'"),
        (
            "t.add_resource(Topic('A', DisplayName=Ref('B')))\nt.add_resource(Topic('B', DisplayName=Ref('A')))",
            "depend on each other in a circle",
        ),
        (
            "t.add_parameter(Parameter('Hue', Type='String'))\nt.add_resource(Topic('T', DisplayName=Ref('Hue')))",
            "nobody supplies the parameter Hue",
        ),
        (
            "t.add_parameter(Parameter('CodeGoneKey', Type='String'))\n"
            "t.add_resource(Topic('T', DisplayName=Ref('CodeGoneKey')))",
            "the parameter CodeGoneKey belongs to no artifact",
        ),
        ("for n in range(501): t.resources[f'T{n}'] = Topic(f'T{n}')", "501 Resources; CloudFormation allows 500"),
        ("t.add_resource(Topic('T', DisplayName='x' * 1100000))", "CloudFormation allows 1048576"),
    ],
)
def test_what_cloudformation_would_refuse_is_refused_here(tmp_path: Path, body: str, said: str) -> None:
    assert any(said in problem.message for problem in problems(tmp_path, body))


def test_a_large_template_has_to_be_uploaded(tmp_path: Path) -> None:
    assert template_of(tmp_path, "t.add_resource(Topic('T', DisplayName='x' * 60000))").needs_upload


def test_a_wrong_option_is_reported_where_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    config = StackSetConfig("infra", "mine.py:Site", (("sise", 1), ("size", "x")), line=3)
    place = Place("my.yaml", positions={"stack_sets.infra.options.sise": (5, 11)})

    with pytest.raises(ConfigurationError) as caught:
        synthesize(config, CONTEXT, base_dir=tmp_path, place=place)

    assert [str(problem) for problem in caught.value.problems] == [
        "my.yaml:5:11: stack_sets.infra.options.sise: unknown option; did you mean 'size'?",
        "my.yaml:3:1: stack_sets.infra.options.size: 'x' is not a whole number; write a whole number",
    ]


def test_frozen_options_are_read(tmp_path: Path) -> None:
    options = (("environment", JsonObject((("LEVEL", "debug"),))), ("layers", ("app",)))
    found = synthesize(StackSetConfig("compute", "blueprints.compute:Compute", options), CONTEXT, base_dir=tmp_path)

    assert '"LEVEL": "debug"' in found.body
    assert '"Ref": "LayerApp"' in found.body


def test_a_fault_inside_a_list_is_shown_at_the_list(tmp_path: Path) -> None:
    config = StackSetConfig("compute", "blueprints.compute:Compute", (("layers", ("app", 2)),))
    place = Place("my.yaml", positions={"stack_sets.compute.options.layers": (9, 5)})

    with pytest.raises(
        ConfigurationError, match=r"^my\.yaml:9:5: stack_sets\.compute\.options\.layers\[1\]: 2 is not text"
    ):
        synthesize(config, CONTEXT, base_dir=tmp_path, place=place)


# -- context and lint ---------------------------------------------------------------------------------------------

TOPOLOGY = Topology(
    application="a",
    partition="aws",
    home_region="us-west-2",
    reference_region="us-west-2",
    regions=(Region("us-east-1", RegionRole.PRIMARY), Region("us-west-2", RegionRole.SECONDARY)),
    environments=(Environment("b", ("111111111111",), (), "h.example.com", HostedZone("example.com")),),
    code=(CodeSource("app", "app"),),
    stack_sets=(),
)


def test_the_context_is_read_off_the_topology() -> None:
    context = context_for(
        TOPOLOGY, TOPOLOGY.environments[0], home_account="999999999999", artifacts={"app": "a" * 64}, release="0" * 12
    )

    assert context.regions == ("us-east-1", "us-west-2")
    assert (context.host, context.hosted_zone, context.prefix) == ("h.example.com", "example.com", "a-b")


def test_a_topology_that_cannot_be_built_is_a_configuration_error() -> None:
    topology = replace(TOPOLOGY, reference_region="eu-west-1")

    with pytest.raises(ConfigurationError, match=r"regions\.yaml: reference_region: 'eu-west-1' is not a region"):
        context_for(topology, topology.environments[0], home_account="9" * 12, artifacts={}, release="0" * 12)


def test_findings_of_several_regions_are_merged(tmp_path: Path) -> None:
    template = template_of(
        tmp_path, "t.add_parameter(Parameter('P', Type='String', Default='x'))\nt.add_resource(Topic('T'))"
    )

    assert lint([template], ["us-east-1", "us-west-2"]) == (
        LintFinding("infra: Parameters.P", "W2001", "warning", "Parameter P not used.", ("us-east-1", "us-west-2")),
    )


def test_a_type_that_one_region_lacks_is_found_for_that_region(tmp_path: Path) -> None:
    template = template_of(
        tmp_path,
        "from troposphere.apprunner import AutoScalingConfiguration\nt.add_resource(AutoScalingConfiguration('A'))",
    )

    (finding,) = lint([template], ["us-east-1", "us-gov-east-1"])

    assert (finding.rule, finding.severity, finding.regions) == ("E3006", "error", ("us-gov-east-1",))
