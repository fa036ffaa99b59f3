"""Options inside options: blocks by name, blocks that are off until they are given, rules over a whole block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from blueprints import Blueprint, Fault, OptionsError, option, option_docs, plain


@dataclass(frozen=True, slots=True)
class Scaling:
    """A block that is off until it is given."""

    lowest: int = option(1, "The least.", minimum=0)
    highest: int = option(10, "The most.")
    share: float = option(0.7, "Of the capacity.", minimum=0.1, maximum=0.9)

    def faults(self) -> Iterator[Fault]:
        """The least is no more than the most."""
        if self.lowest > self.highest:
            yield Fault("lowest", f"{self.lowest} is more than highest, {self.highest}", "swap them")


@dataclass(frozen=True, slots=True)
class Worker:
    """A block by name."""

    handler: str = option("app.handler")
    days: tuple[int, ...] = option((), choices=(1, 7, 30))
    scaling: Scaling | None = option(None, "Off unless given.")


class Shop(Blueprint):
    """Blocks in blocks."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """Some options."""

        workers: Mapping[str, Worker] = option({}, "By name.")
        steps: tuple[Scaling, ...] = option(())
        note: str | None = option(None)
        pattern: Mapping[str, object] = option({}, "Anything.")

    options: Options


def faults(given: dict[str, object]) -> dict[str, str]:
    with pytest.raises(OptionsError) as caught:
        Shop(given)
    return {fault.path: f"{fault.message}; {fault.fix}" for fault in caught.value.faults}


def test_blocks_are_typed_at_every_depth() -> None:
    options = Shop({"workers": {"a": {"scaling": {"lowest": 2}}, "b": None}, "steps": [{"share": 1 / 2}]}).options

    assert options.workers["a"].scaling == Scaling(lowest=2)
    assert options.workers["b"] == Worker()
    assert options.steps == (Scaling(share=0.5),)


@pytest.mark.parametrize(("given", "is_on"), [(True, True), (False, False), (None, False), ({}, True)])
def test_a_block_that_is_off_until_given_is_turned_on_by_a_word(given: object, is_on: bool) -> None:
    worker = Shop({"workers": {"a": {"scaling": given}}}).options.workers["a"]

    assert worker.scaling == (Scaling() if is_on else None)


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({"workers": {"a": {"handlr": "x"}}}, "workers.a.handlr", "did you mean 'handler'?"),
        ({"workers": {"a": 3}}, "workers.a", "3 is not a mapping"),
        ({"workers": {"a": {"scaling": {"share": 2}}}}, "workers.a.scaling.share", "2.0 is too large"),
        ({"workers": {"a": {"scaling": {"lowest": 20}}}}, "workers.a.scaling.lowest", "20 is more than highest, 10"),
        ({"workers": {"a": {"days": [1, 2]}}}, "workers.a.days[1]", "2 is not allowed"),
        ({"steps": [{}, {"lowest": "1"}]}, "steps[1].lowest", "'1' is not a whole number"),
        ({"workers": ["a"]}, "workers", "is not a mapping of names to mappings"),
        ({"note": 3}, "note", "put it in quotes"),
        ({"pattern": ["a"]}, "pattern", "is not a mapping of names to values"),
        ({"pattern": {"a": [{"b": {1, 2}}]}}, "pattern.a[0].b", "is no JSON"),
    ],
)
def test_a_fault_is_placed_where_it_stands(given: dict[str, object], path: str, said: str) -> None:
    assert said in faults(given)[path]


def test_what_belongs_to_another_language_is_kept_as_it_is() -> None:
    pattern = {"detail": {"total": [{"numeric": [">", 10.5]}], "kind": ["order", None, True]}}

    options = Shop({"pattern": pattern}).options

    assert plain(options.pattern) == pattern
    with pytest.raises(TypeError):
        options.pattern["detail"]["total"][0] = 1


def test_the_reference_names_every_option_by_its_path() -> None:
    docs = {doc.name: doc for doc in option_docs(Shop.Options)}

    assert docs["workers"].type == "a mapping of names to mappings"
    assert docs["workers.<name>.scaling.share"].type == "a number"
    assert docs["steps[].highest"].default == 10
    assert docs["note"].type == "text"
