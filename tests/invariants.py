"""What must hold after every scenario, whatever went wrong in it: I1 to I12, each a question to what was seen.

Each function yields a sentence for every violation. They ask AWS's log of effects, never the program's own word for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from orchestrator.core.errors import ExitCode
from orchestrator.core.history import history
from orchestrator.core.journal_lines import events_in
from orchestrator.core.run import Verdict
from orchestrator.report import Style, run_json, run_text
from tests.operators import DRILLED, Command
from tests.witness import CANARY, Finished, allowed, label, restores

LONGEST_S = 4 * 3600.0
"""No command takes longer in these scenarios: the deadlines of all steps in a row."""
_LOCKED = ("deploy", "bootstrap", "destroy", "resume", "drill")
_DATA_PLANE = frozenset(("DrillLog.copies", "Levers.move", "Levers.positions", "Probe.get", "Releases.listed"))
_LEVEL = ("Levers.move", "Outages.begin", "Outages.end")
"""Writes of a state, not of a change: repeating them changes nothing."""


def i1_each_token_takes_effect_once(end: Finished) -> Iterator[str]:
    """What was meant once happens once: no token has two effects, and where nothing but deaths and lost messages
    came between, the effects are exactly those of a run that nothing disturbed."""
    counted = Counter(_tokens(end))
    for (name, token, _), times in counted.items():
        if times > 1:
            yield f"{name} {token} took effect {times} times"
    if end.kind and end.lonely and not end.drilled:
        found = effects_of(end)
        for what in sorted(found.keys() | end.effects.keys()):
            if found[what] != end.effects[what]:
                yield f"{' '.join(what)}: {found[what]} effects instead of {end.effects[what]}"


def _tokens(end: Finished) -> Iterator[tuple[str, str, int]]:
    """Each token that took effect. Operation ids are those of one stack set: made anew, it knows none of them."""
    made: Counter[str] = Counter()
    for one in end.done:
        if one.name == "StackSets.create":
            made[one.subject] += 1
        if one.token:
            yield one.name, one.token, made[one.subject.partition("/")[0]]


def effects_of(end: Finished) -> Counter[tuple[str, str]]:
    """How often each thing was changed."""
    return Counter((one.name, one.subject) for one in end.done if one.name not in _LEVEL)


def i2_somebody_serves_at_any_moment(end: Finished) -> Iterator[str]:
    """From the first answer on, DNS answers with an API domain that stands, of a region that is known to have answered
    well; and never are all regions held out."""
    published: set[str] = set()
    regions = {one.name for one in end.world.sample.topology.regions}
    for sight in end.sights:
        for host, target in sight.targets.items():
            if target:
                published.add(host)
            elif host in published and "destroy" not in end.name:
                yield f"{host} has no answer after {label(sight.effect)}"
        if sight.dangling and "destroy" not in end.name:
            yield f"{sorted(sight.dangling)} is answered after {label(sight.effect)}, and nothing stands there"
        served = {target.split(".")[2] for target in sight.targets.values() if target}
        if unheard := sorted(served - sight.known_good):
            yield f"{unheard} is answered after {label(sight.effect)}, and never answered well"
        if regions <= sight.out:
            yield f"every region is held out after {label(sight.effect)}"


def i3_nothing_happens_outside_the_plan(end: Finished) -> Iterator[str]:
    """Every effect of a command is one that a step of its plans says."""
    for command in end.commands:
        may = frozenset(one for plan in command.plans for one in allowed(plan))
        for effect in end.by(command):
            validation = effect.name == "Dns.change" and effect.subject.startswith("_")
            if (("Dns.change", "validation") if validation else label(effect)) not in may:
                yield f"{command.by} {command.verb}: {label(effect)} is in no plan"


def i4_code_and_gates_come_before_a_region(end: Finished) -> Iterator[str]:
    """Compute is not touched in a region whose bucket lacks the code, nor in the primary before every standby has
    answered with that release."""
    topology = end.world.sample.topology
    standbys = {one.name for one in topology.standbys} - end.removed
    for sight in end.sights:
        regions = sight.effect.subject.partition("/")[2].split(",")
        if sight.unproven:
            yield f"{sight.effect.subject} begins without {', '.join(sight.unproven)}"
        touches = sight.effect.name in ("StackSets.create_instances", "StackSets.update")
        if touches and "-compute/" in sight.effect.subject and topology.primary.name in regions:
            missing = standbys - sight.answered
            if missing:
                yield f"{sight.effect.subject} begins before {sorted(missing)} answered with its release"


def i5_what_is_told_is_so(end: Finished) -> Iterator[str]:
    """Exit 0 only when nothing is left to do; a failure only when AWS failed; what is told to be back runs what it ran;
    the journal tells the same verdict."""
    if end.after != end.ends:
        yield "the last command ended well, and the world is not as it should be"
    for command in end.commands:
        if command.exit_code is ExitCode.DONE and command.left:
            yield f"{command} although {', '.join(command.left)} is left to do"
        if end.kind and end.lonely and command.exit_code is ExitCode.FAILED:
            yield f"{command}, and AWS did nothing wrong"
        if command.error and not isinstance(command.error, KeyboardInterrupt | Exception):
            yield f"{command}: {command.error!r}"
        yield from _not_back(command)
        yield from _journal_says(end, command)


def _not_back(command: Command) -> Iterator[str]:
    run = command.run
    if run is None or run.rollback is None or run.verdict is not Verdict.FAILED:
        return
    for one in run.rollback.back:
        for (account, region), release in command.runs.items():
            told = one.layer == "compute" and region == one.region and account in (one.accounts or (account,))
            if told and release != one.release:
                yield f"{command}: {region} is told to be back at {one.release} and runs {release}"


def _journal_says(end: Finished, command: Command) -> Iterator[str]:
    # A run that went on under its name tells of its last part.
    shared = any(one.journal == command.journal for one in end.commands if one is not command)
    if command.run is not None and not command.record:
        yield f"{command}: it has no journal"
    if shared or not command.record:
        return
    told = history(tuple(events_in(command.record.splitlines(keepends=True), "its journal"))).run.verdict
    if command.run is not None and told is not command.run.verdict:
        yield f"{command}: its journal says {told.value}, it said {command.run.verdict.value}"
    if command.exit_code is None and told is Verdict.NOTHING_TO_DO:
        yield f"{command}: its journal says that there was nothing to do"


def i6_never_two_primaries(end: Finished) -> Iterator[str]:
    """No name has two PRIMARY records, and a region that is held out answers nobody while another one could."""
    for sight in end.sights:
        for name, count in sight.primaries.items():
            if count > 1:
                yield f"{name} has {count} PRIMARY records after {label(sight.effect)}"
        for host, target in sight.targets.items():
            if target and target.split(".")[2] in sight.out and sight.well - sight.out:
                yield f"{host} is answered by {target} after {label(sight.effect)}, which is held out"


def i7_drills_leave_no_trace(end: Finished) -> Iterator[str]:
    """After a drill levers, outages, records and health checks are as they were before it."""
    if end.drilled:
        for what in end.before.keys() | end.after.keys():
            if end.before.get(what) != end.after.get(what):
                yield f"{what}: {end.before.get(what)} before, {end.after.get(what)} after"


def i8_who_is_refused_changes_nothing(end: Finished) -> Iterator[str]:
    """A stale plan, a held lock, a safety rule: exit 3 and not one effect."""
    for command in end.commands:
        if command.exit_code is ExitCode.REFUSED and _began_nothing(command):
            for effect in end.by(command):
                yield f"{command} and yet {label(effect)}"


def _began_nothing(command: Command) -> bool:
    """Later rounds of a run may be refused: what the earlier ones did stands in the journal."""
    return command.journal is None


def i9_one_holder_at_a_time(end: Finished) -> Iterator[str]:
    """Whoever changes something has the newest fencing number that was given out; the next one is given out when the
    last was given back, or its lease has ended."""
    store = end.world.aws.lock
    written = list(zip(store.history, store.written_at, strict=True))
    for (last, then), (following, now) in pairwise(written):
        over = last.released or (now - then).total_seconds() >= last.lease_s
        if following.fencing < last.fencing or (following.fencing > last.fencing and not over):
            yield f"{following.owner.run} takes {following.fencing} while {last.owner.run} has {last.fencing}"
    verbs = {command.by: command.verb.split()[0] for command in end.commands}
    for sight in end.sights:
        verb = verbs.get(sight.effect.by, "")
        if verb in _LOCKED and sight.newest and sight.fencing != sight.newest and not restores(sight.effect):
            number = sight.fencing or "no number"
            yield f"{sight.effect.by} did {label(sight.effect)} with {number}, the newest is {sight.newest}"


def i10_no_secret_is_shown(end: Finished) -> Iterator[str]:
    """A secret of a template stands in no journal, no report and no message."""
    for command in end.commands:
        texts = [str(command.error)]
        if command.run is not None:
            texts += [run_text(command.run, Style()), run_json(command.run)]
        texts.append(command.record.decode())
        if any(CANARY in text for text in texts):
            yield f"{command.by} {command.verb} shows {CANARY}"


def i11_commands_come_to_an_end(end: Finished) -> Iterator[str]:
    """No command outlasts its deadlines; once faults have stopped, the same commands end well."""
    for command in end.commands:
        if command.ended_s - command.began_s > LONGEST_S:
            yield f"{command} took {command.ended_s - command.began_s:.0f} s"
    if end.commands[-1].exit_code is not ExitCode.DONE:
        yield f"it never ended well: {end.commands[-1]}"


def i12_failover_asks_neither_the_region_nor_a_control_plane(end: Finished) -> Iterator[str]:
    """Who leaves a region calls CloudWatch in others, and asks the application as users do: nothing else."""
    leaving = {command.by for command in end.commands if command.verb == "failover"}
    for call in end.calls:
        if call.by in leaving and call.name not in _DATA_PLANE:
            yield f"failover calls {call.name} in {call.region}"
        if call.by in leaving and call.region == DRILLED and call.name != "Probe.get":
            yield f"failover from {DRILLED} calls {call.name} there"


ALL: tuple[Callable[[Finished], Iterator[str]], ...] = (
    i1_each_token_takes_effect_once,
    i2_somebody_serves_at_any_moment,
    i3_nothing_happens_outside_the_plan,
    i4_code_and_gates_come_before_a_region,
    i5_what_is_told_is_so,
    i6_never_two_primaries,
    i7_drills_leave_no_trace,
    i8_who_is_refused_changes_nothing,
    i9_one_holder_at_a_time,
    i10_no_secret_is_shown,
    i11_commands_come_to_an_end,
    i12_failover_asks_neither_the_region_nor_a_control_plane,
)


def violations(end: Finished) -> list[str]:
    """Every violation, with the number of its invariant."""
    return [f"{ask.__name__.partition('_')[0].upper()}: {told}" for ask in ALL for told in ask(end)]
