"""Numbers of the wire as events with names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, TypeVar

from groundswell import _wire as wire
from groundswell.events import EDGE_TYPES, Clock, Edge, Level, Levels, Phase, TriggerState, Validity, Why

Frozen = TypeVar("Frozen")


def _maker(frozen: type[Frozen]) -> Callable[..., Frozen]:
    """Makes instances of a frozen dataclass in a fifth of the time of its own constructor, which sets every field by a call.

    A twin with the same slots is filled, and then becomes one.
    """
    names = [each.name for each in fields(frozen)]  # type: ignore[arg-type]
    twin = type(frozen.__name__, (), {"__slots__": tuple(names)})
    body = "".join(f" self.{name} = {name}\n" for name in names)
    scope: dict[str, Any] = {"twin": twin, "frozen": frozen, "new": object.__new__}
    exec(f"def make({', '.join(names)}):\n self = new(twin)\n{body} self.__class__ = frozen\n return self\n", scope)
    make: Callable[..., Frozen] = scope["make"]
    return make


_edge, _why, _level = _maker(Edge), _maker(Why), _maker(Level)
_VALIDITIES, _CLOCKS, _PHASES = tuple(Validity), tuple(Clock), tuple(Phase)


def nearest(kind: str, name: str, known: Sequence[str]) -> str:
    """What to say of a name that there is not."""
    if close := get_close_matches(name, known, n=1):
        return f"'{name}' is no {kind}; did you mean '{close[0]}'?"
    there_are = f"; there are {', '.join(known)}" if len(known) <= 24 else ""
    return f"'{name}' is no {kind}{there_are}"


def _name(names: Sequence[str], index: int) -> str:
    return names[index] if index < len(names) else ""


def edges_of(catalog: wire.Catalog, batch: wire.EdgeBatch, past: bool, types: frozenset[str]) -> Iterator[Edge]:
    """The edges of a batch that are of one of these types; of any when there are none."""
    header, scope_seq = batch.header, batch.scope_seq - 1
    scope, signals, triggers, symbols = _name(catalog.scopes, header.scope), catalog.signals, catalog.triggers, catalog.symbols
    for (
        eseq,
        hi,
        lo,
        ts_event,
        cause_jseq,
        value,
        prior,
        threshold,
        definition,
        roster,
        flags,
        subject,
        n_valid,
        n_members,
        number,
        trigger,
        signal,
        direction,
        validity,
        clock,
        present,
        unjournaled,
        why,
    ) in batch.edges:
        scope_seq += 1
        name = EDGE_TYPES.get(number, "UNKNOWN")
        if types and name not in types:
            continue
        yield _edge(
            header.recording_id,
            header.config_hash,
            "main",
            scope,
            name,
            signals.get(signal, ""),
            _name(triggers, trigger),
            _name(symbols, subject),
            direction,
            value if present & 1 else None,
            prior if present & 2 else None,
            threshold if present & 4 else None,
            _VALIDITIES[validity],
            _CLOCKS[clock],
            flags,
            n_valid,
            n_members,
            header.session,
            ts_event,
            eseq,
            scope_seq,
            cause_jseq,
            f"{hi:016x}{lo:016x}",
            definition,
            roster,
            bool(unjournaled & 1),
            past,
            tuple([_why(_name(symbols, symbol), delta) for delta, symbol in why]),
        )


def levels_of(catalog: wire.Catalog, batch: wire.LevelBatch, signals: frozenset[int]) -> Levels | None:
    """The levels of a batch that are of one of these signals, all of them when there are none; None when nothing is left."""
    header, names, symbols = batch.header, catalog.signals, catalog.symbols
    scope = _name(catalog.scopes, header.scope)
    with_subject = scope == "symbols"
    levels = tuple(
        [
            _level(
                names.get(signal, ""),
                value if present else None,
                _VALIDITIES[validity],
                flags,
                n_valid,
                n_members,
                _name(symbols, subject) if with_subject else "",
            )
            for value, flags, subject, n_valid, n_members, signal, validity, present, _ in batch.levels
            if not signals or signal in signals
        ]
    )
    if signals and not levels:
        return None
    return Levels(
        header.recording_id,
        "main",
        scope,
        header.session,
        batch.ts_event,
        batch.cause_jseq,
        batch.level_seq,
        _CLOCKS[batch.clock],
        batch.full,
        levels,
    )


def triggers_of(catalog: wire.Catalog, head: wire.SnapshotHead) -> Iterator[TriggerState]:
    """The trigger states of a snapshot."""
    for trigger, scope, _, phase, present, subject, since, value in head.triggers:
        yield TriggerState(
            _name(catalog.triggers, trigger),
            _name(catalog.scopes, scope),
            _name(catalog.symbols, subject),
            _PHASES[phase],
            value if present else None,
            since,
        )
