"""Visits every reachable world of a model, and finds what is broken, and what no continuation brings to rest."""

from __future__ import annotations

from dataclasses import dataclass

from tests.search.model import Model, Rules, World, canonical


@dataclass(frozen=True, slots=True)
class Explored:
    """`broken`: each fault that was met, with the worlds that led there. `stuck`: worlds without a way to rest."""

    states: int
    transitions: int
    rests: int
    broken: dict[str, tuple[World, ...]]
    stuck: tuple[World, ...]

    def __str__(self) -> str:
        return f"{self.states} states, {self.transitions} transitions, {self.rests} at rest"


def explore(rules: Rules, *, until_broken: bool = False) -> Explored:
    """Everything that can be reached from the beginning, or until a fault is met. Needs memory for every state."""
    model, start = Model(rules), World()
    numbers, worlds, came_from = {start: 0}, [start], [0]
    before: list[list[int]] = [[]]
    transitions = 0
    for number, world in enumerate(worlds):
        if world.broken and until_broken:
            break
        for reached in model.moves(world):
            following = canonical(reached)
            transitions += 1
            at = numbers.get(following)
            if at is None:
                at = numbers[following] = len(worlds)
                worlds.append(following)
                came_from.append(number)
                before.append([])
            before[at].append(number)
    rests = [number for number, world in enumerate(worlds) if not world.broken and model.is_rest(world)]
    resting, waiting = set(rests), list(rests)
    while waiting:
        for number in before[waiting.pop()]:
            if number not in resting:
                resting.add(number)
                waiting.append(number)
    broken: dict[str, tuple[World, ...]] = {}
    for number, world in enumerate(worlds):
        if world.broken and world.broken not in broken:
            broken[world.broken] = _course(worlds, came_from, number)
    stuck = tuple(world for number, world in enumerate(worlds) if number not in resting and not world.broken)
    return Explored(len(worlds), transitions, len(rests), broken, stuck if not broken else ())


def _course(worlds: list[World], came_from: list[int], number: int) -> tuple[World, ...]:
    course = [worlds[number]]
    while number:
        number = came_from[number]
        course.append(worlds[number])
    return tuple(reversed(course))
