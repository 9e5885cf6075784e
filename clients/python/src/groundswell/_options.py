"""What a subscription is asked for, checked before anything is opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from os import PathLike, fspath
from typing import Any, Literal, TypedDict

from groundswell._convert import nearest
from groundswell._socket import check_endpoint
from groundswell.errors import OptionError, UnknownTypeError
from groundswell.events import EDGE_TYPES

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5556"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a subscription has come to: keep it, and `resume` from it to go on without a hole."""

    recording_id: int
    next_edges: Mapping[str, int]  # by scope: scope_seq of the next edge


class SubscribeOptions(TypedDict, total=False):
    """Arguments of connect() and connect_sync(); all may be left out.

    scopes       names, e.g. thesis, wave:compute; none = every scope
    types        of edges, e.g. THRUST; none = every type
    signals      of levels, e.g. ad_pct; none = every signal
    edges        True; levels: True; operations: False, what the node tells its operators
    any_mode     False: whatever is not live ends the subscription (NotLiveError)
    policy       "broadcast": the common stream, where whoever is too slow loses, and repairs by the numbers. "lossless": a queue of its own
                 at a relay, where levels conflate and edges wait; an engine has none: then as "broadcast"
    past_edges   per scope, from before the join, as far as they are held; 0
    resume       the `position` of an earlier subscription: the edges since come first
    wait         seconds for the first sign of life, 10, then NoAnswerError; None waits for ever
    on_lost      "yield" gives Lost events; "raise" raises TooOldError
    control      where the node answers; "" = the next TCP port, or PATH.control
    server_key   public key that the node must prove; "" = plain
    key_file     our own pair (groundswell keygen); needed with server_key
    """

    scopes: Iterable[str]
    types: Iterable[str]
    signals: Iterable[str]
    edges: bool
    levels: bool
    operations: bool
    any_mode: bool
    policy: Literal["broadcast", "lossless"]
    past_edges: int
    resume: Position | None
    wait: float | None
    on_lost: Literal["yield", "raise"]
    control: str
    server_key: str
    key_file: str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Options:
    """SubscribeOptions as they hold."""

    endpoint: str
    scopes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    edges: bool = True
    levels: bool = True
    operations: bool = False
    any_mode: bool = False
    policy: Literal["broadcast", "lossless"] = "broadcast"
    past_edges: int = 0
    resume: Position | None = None
    wait: float | None = 10.0
    on_lost: Literal["yield", "raise"] = "yield"
    control: str = ""
    server_key: str = ""
    key_file: str = ""


def options_of(endpoint: str | None, given: SubscribeOptions) -> Options:
    """Raises OptionError, EndpointError or UnknownTypeError."""
    values: dict[str, Any] = dict(given)
    known = [each.name for each in fields(Options)]
    for unknown in values.keys() - set(known):
        raise OptionError(nearest("option", unknown, known))
    for each in ("scopes", "types", "signals"):
        values[each] = _names(each, values.get(each, ()))
    try:
        values["key_file"] = fspath(values.get("key_file", ""))
    except TypeError as error:
        raise OptionError(f"key_file is a path, not {values['key_file']!r}") from error
    options = Options(os.environ.get("GROUNDSWELL_ENDPOINT") or DEFAULT_ENDPOINT if endpoint is None else endpoint, **values)
    _check(options)
    return options


def _names(what: str, given: Iterable[str]) -> tuple[str, ...]:
    """A list of names; a single text is a likely mistake."""
    if isinstance(given, str):
        raise OptionError(f"{what} is a list of names, not one text; write {what}=['{given}']")
    try:
        wanted = tuple(given)
    except TypeError as error:
        raise OptionError(f"{what} is a list of names, not {given!r}") from error
    if not all(isinstance(each, str) for each in wanted):
        raise OptionError(f"{what} is a list of names; {wanted!r} has something else in it")
    return wanted


def _check(options: Options) -> None:
    if not (options.edges or options.levels or options.operations):
        raise OptionError("nothing is subscribed to; leave edges, levels or operations on")
    if not isinstance(options.endpoint, str) or not isinstance(options.control, str):
        raise OptionError(f"an endpoint is a text like tcp://HOST:PORT, not {options.endpoint!r} or {options.control!r}")
    check_endpoint(options.endpoint)
    if options.control:
        check_endpoint(options.control)
    if options.policy not in {"broadcast", "lossless"}:
        raise OptionError(f"policy is 'broadcast' or 'lossless', not {options.policy!r}")
    if options.on_lost not in {"yield", "raise"}:
        raise OptionError(f"on_lost is 'yield' or 'raise', not {options.on_lost!r}")
    if not isinstance(options.past_edges, int) or options.past_edges < 0:
        raise OptionError(f"past_edges is a number of edges per scope, not {options.past_edges!r}")
    if options.wait is not None and not (isinstance(options.wait, int | float) and options.wait >= 0):
        raise OptionError(f"wait is seconds, or None to wait for ever, not {options.wait!r}")
    if options.resume is not None and not isinstance(options.resume, Position):
        raise OptionError(f"resume is a Position, as `position` of an earlier subscription gave it, not {options.resume!r}")
    known = list(EDGE_TYPES.values())
    for name in options.types:
        if name not in known:
            raise UnknownTypeError(nearest("type of event", name, known))
