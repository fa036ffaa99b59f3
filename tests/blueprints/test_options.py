"""Options: what is written in regions.yaml becomes typed, or every fault is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from blueprints import Blueprint, ContextError, OptionsError, option, option_docs
from blueprints.naming import shorten
from blueprints.parameters import camel, code_parameters, is_supplied
from tests.blueprints.context import CONTEXT


class Site(Blueprint):
    """One option of each type."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """Some options."""

        title: str = option(doc="What it is called.")
        size: int = option(3, minimum=1, maximum=9)
        deep: bool = option(False)
        names: tuple[str, ...] = option((), unique=True)
        labels: Mapping[str, str] = option({})
        kind: str = option("a", choices=("a", "b"))

    options: Options


def faults(given: dict[str, object]) -> dict[str, str]:
    with pytest.raises(OptionsError) as caught:
        Site(given)
    return {fault.path: f"{fault.message}; {fault.fix}" for fault in caught.value.faults}


def test_options_are_typed_and_defaulted() -> None:
    options = Site({"title": "x", "names": ["a", "b"], "labels": {"k": "v"}}).options

    assert (options.title, options.size, options.names, dict(options.labels)) == ("x", 3, ("a", "b"), {"k": "v"})


def test_every_fault_is_reported_at_once() -> None:
    found = faults({"sise": 1, "size": "3", "deep": 1, "names": ["a", 2], "labels": {"k": 1}, "kind": "c"})

    assert set(found) == {"title", "sise", "size", "deep", "names[1]", "labels.k", "kind"}


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({"title": "x", "sise": 1}, "sise", "did you mean 'size'?"),
        ({"title": "x", "size": True}, "size", "True is not a whole number"),
        ({"title": "x", "size": 10}, "size", "10 is too large; write 9 or less"),
        ({"title": "x", "size": 0}, "size", "0 is too small; write 1 or more"),
        ({"title": 1.10}, "title", "1.1 is not text; write text: put it in quotes"),
        ({"title": "x", "names": "a"}, "names", "'a' is not a list of texts"),
        ({"title": "x", "labels": ["a"]}, "labels", "['a'] is not a mapping of names to texts"),
        ({}, "title", "is required; give text"),
        ({"title": "x", "names": ["a", "b", "a"]}, "names[2]", "'a' is in the list already, as names[0]; take one out"),
    ],
)
def test_a_fault_says_what_to_write(given: dict[str, object], path: str, said: str) -> None:
    assert said in faults(given)[path]


def test_options_are_documented_from_their_class() -> None:
    docs = {doc.name: doc for doc in option_docs(Site.Options)}

    assert (docs["title"].type, docs["title"].default, docs["title"].doc) == ("text", None, "What it is called.")
    assert docs["size"].default == 3


def test_a_reference_region_outside_the_application_is_refused() -> None:
    from dataclasses import replace

    with pytest.raises(ContextError, match="'eu-west-1' is not a region of the application"):
        replace(CONTEXT, reference_region="eu-west-1")


def test_artifacts_that_share_a_parameter_are_refused() -> None:
    from dataclasses import replace

    with pytest.raises(ContextError, match=r"code\.my_app: becomes the same parameter as 'my-app'"):
        replace(CONTEXT, artifacts={"my-app": "a" * 64, "my_app": "b" * 64})


def test_parameters_of_code_are_named_after_the_artifact() -> None:
    assert code_parameters("order-events") == ("CodeOrderEventsKey", "CodeOrderEventsVersion")
    assert all(is_supplied(name) for name in code_parameters("x1"))
    assert not is_supplied("CodeKey")
    assert camel("a.b_c-d") == "ABCD"


def test_long_names_keep_their_beginning_and_stay_different() -> None:
    one, other = shorten("a" * 80 + "1", 64), shorten("a" * 80 + "2", 64)

    assert len(one) == len(other) == 64
    assert one != other
    assert shorten("short", 64) == "short"
