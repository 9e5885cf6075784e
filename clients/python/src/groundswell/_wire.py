"""Messages between a node and its subscribers as tuples, and back. The schemas are those of the project, loaded by pycapnp.

Decoders raise MalformedError; they take what an older or newer sender of the same version writes.
"""

from __future__ import annotations

import hashlib
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import capnp

from groundswell._layout import WORD, MalformedError, Place, Row, Rows, row_of

MAX_SIGNAL_BYTES = 1 << 20  # of a published message
MAX_REPLY_BYTES = MAX_SIGNAL_BYTES + (64 << 10)  # of an answer
MAX_FEED_FRAME_BYTES = 64 * 1024
MAX_REQUEST_BYTES = 1024
MAX_TICKS_PER_BATCH = 1024
NONE_16, NONE_32, NONE_64 = (1 << 16) - 1, (1 << 32) - 1, (1 << 64) - 1

OK, BAD_REQUEST, NOT_FOUND, GAP_TOO_OLD, TOO_LATE, BUSY, SLOW, CANCELED, INTERNAL = range(9)  # of Reply.status


def _load() -> dict[str, Any]:
    folder = files("groundswell") / "schemas"
    if not folder.is_dir():  # run from the source tree
        folder = Path(__file__).parents[4] / "schemas"
    imports = [str(Path(capnp.__file__).parents[1])]  # for /capnp/c++.capnp
    with as_file(folder) as path:
        return {name: capnp.load(str(path / f"{name}.capnp"), imports=imports) for name in ("tick", "catalog", "signal", "control")}


SCHEMAS = _load()


def _row(file: str, struct: str, names: str, pointers: str = "") -> Row:
    """The layout of a struct whose fields lie in the order that the tuples here have."""
    row = row_of(getattr(SCHEMAS[file], struct))
    assert row.names == tuple(names.split()) and row.pointers == tuple(pointers.split()), f"{struct} lies otherwise: {row}"
    return row


_HEADER = _row("signal", "Header", "recordingId catalogHash configHash sendTs session universe scope")
_LEVEL = _row("signal", "Level", "value flags subject nValid nMembers signal validity present spare")
_LEVEL_BATCH = _row("signal", "LevelBatch", "levelSeq tsEvent causeJseq clock full+last roster", "header levels")
_WHY = _row("signal", "Why", "delta symbol")
_EDGE = _row(
    "signal",
    "Edge",
    "eseq eventIdHi eventIdLo tsEvent causeJseq value prior threshold definition roster flags subject nValid nMembers type trigger signal "
    "direction validity clock present unjournaled",
    "why",
)
_EDGE_BATCH = _row("signal", "EdgeBatch", "scopeSeq", "header edges")
_NEXT = _row("signal", "Next", "universe scope eseq scopeSeq levelSeq")
_HEARTBEAT = _row(
    "signal", "Heartbeat", "recordingId startedNs sendTs eventTime writtenJseq syncedJseq catalogHash configHash state mode", "next"
)
_OPERATION = _row("signal", "Operation", "number time severity", "component text node")
_REPLY = _row("control", "Reply", "id status more chunk oldest", "text body")
_SNAPSHOT = _row("control", "Snapshot", "jseq eventTime", "header positions triggers")
_TRIGGER_STATE = _row("control", "TriggerState", "trigger scope universe state present subject sinceNs value")
_STREAM_BATCH = _row("control", "StreamBatch", "seq lastSeq conflated dropped lagNs", "messages")


class Header(NamedTuple):
    """Where a batch belongs."""

    recording_id: int
    catalog_hash: int
    config_hash: int
    send_ts: int
    session: int
    universe: int
    scope: int


class EdgeBatch(NamedTuple):
    """Consecutive edges of a scope; `edges`: fields of the schema's Edge in the order of their places, then its parts."""

    header: Header
    scope_seq: int
    edges: list[tuple[Any, ...]]


class LevelBatch(NamedTuple):
    """Levels of a scope; `levels`: fields of the schema's Level in the order of their places."""

    header: Header
    level_seq: int
    ts_event: int
    cause_jseq: int
    clock: int
    full: bool
    last: bool
    levels: list[tuple[Any, ...]]


class Next(NamedTuple):
    """Numbers that the next messages of a scope will have."""

    universe: int
    scope: int
    eseq: int
    scope_seq: int
    level_seq: int


class HeartbeatMessage(NamedTuple):
    """A node's sign of life."""

    recording_id: int
    started: int
    send_ts: int
    event_time: int
    written_jseq: int
    synced_jseq: int
    catalog_hash: int
    config_hash: int
    state: int
    mode: int
    next: list[Next]


class SnapshotHead(NamedTuple):
    """The first chunk of a snapshot; `triggers`: trigger, scope, universe, state, present, subject, since, value."""

    header: Header
    jseq: int
    event_time: int
    positions: list[Next]
    triggers: list[tuple[Any, ...]]


class StreamBatch(NamedTuple):
    """What a stream brings: topics and messages."""

    conflated: int
    messages: list[tuple[str, bytes | memoryview]]


class Reply(NamedTuple):
    """One chunk of an answer, and where its body is read from."""

    id: int
    status: int
    more: bool
    chunk: int
    oldest: int
    text: str
    rows: Rows
    body: Place


class Catalog(NamedTuple):
    """What the small numbers stand for."""

    scopes: list[str]
    signals: dict[int, str]
    symbols: list[str]
    triggers: list[str]


def _header(rows: Rows, pointer_at: int) -> Header:
    return Header(*rows.fields(_HEADER, rows.struct(pointer_at) if pointer_at else (0, 0, 0)))


def read_levels(rows: Rows, place: Place) -> LevelBatch:
    """A LevelBatch."""
    level_seq, ts_event, cause_jseq, clock, bits, _ = rows.fields(_LEVEL_BATCH, place)
    levels = rows.rows(_LEVEL, rows.pointer(place, 1))
    if clock > 1 or any(level[6] > 6 or level[7] > 1 for level in levels):
        raise MalformedError
    header = _header(rows, rows.pointer(place, 0))
    return LevelBatch(header, level_seq, ts_event, cause_jseq, clock, bool(bits & 1), bool(bits & 2), levels)


def read_edges(rows: Rows, place: Place) -> EdgeBatch:
    """An EdgeBatch."""
    edges = []
    for edge in rows.places(rows.pointer(place, 1)):
        fields = rows.fields(_EDGE, edge)
        if fields[18] > 6 or fields[19] > 1 or fields[20] > 7:
            raise MalformedError
        edges.append((*fields, rows.rows(_WHY, rows.pointer(edge, 0))))
    return EdgeBatch(_header(rows, rows.pointer(place, 0)), rows.fields(_EDGE_BATCH, place)[0], edges)


def read_heartbeat(rows: Rows, place: Place) -> HeartbeatMessage:
    """A Heartbeat."""
    fields = rows.fields(_HEARTBEAT, place)
    if fields[8] > 3 or fields[9] > 2:
        raise MalformedError
    return HeartbeatMessage._make((*fields, [Next(*row) for row in rows.rows(_NEXT, rows.pointer(place, 0))]))


def read_operation(rows: Rows, place: Place) -> tuple[int, int, str, str, str, str]:
    """An Operation: number, time, severity, component, text, node."""
    number, time, severity = rows.fields(_OPERATION, place)
    if chr(severity) not in "IWE":
        raise MalformedError
    component, text, node = (rows.text(rows.pointer(place, index)) for index in range(3))
    return number, time, chr(severity), component, text, node


def read_snapshot(rows: Rows, place: Place) -> SnapshotHead:
    """A Snapshot."""
    jseq, event_time = rows.fields(_SNAPSHOT, place)
    positions = [Next(*row) for row in rows.rows(_NEXT, rows.pointer(place, 1))]
    triggers = rows.rows(_TRIGGER_STATE, rows.pointer(place, 2))
    if any(state[3] > 2 or state[4] > 1 for state in triggers):
        raise MalformedError
    return SnapshotHead(_header(rows, rows.pointer(place, 0)), jseq, event_time, positions, triggers)


def read_stream(rows: Rows, place: Place) -> StreamBatch:
    """A StreamBatch."""
    conflated = rows.fields(_STREAM_BATCH, place)[2]
    messages = [(rows.text(rows.pointer(each, 0)), rows.data(rows.pointer(each, 1))) for each in rows.places(rows.pointer(place, 0))]
    return StreamBatch(conflated, messages)


def read_reply(frame: bytes) -> Reply:
    """A Reply."""
    rows = Rows(frame)
    place = rows.root()
    number, status, more, chunk, oldest = rows.fields(_REPLY, place)
    body_at = rows.pointer(place, 1)
    body = rows.struct(body_at) if body_at else (0, 0, 0)
    return Reply(number, status, bool(more & 1), chunk, oldest, rows.text(rows.pointer(place, 0)), rows, body)


def _catalog(message: Any) -> Catalog:
    return Catalog(
        [str(name) for name in message.scopes],
        {int(signal.index): str(signal.id) for signal in message.signals},
        [str(name) for name in message.symbols],
        [str(trigger.name) for trigger in message.triggers],
    )


def read_catalog(message: bytes | memoryview, reply: bool = False) -> Catalog:
    """A Catalog: a message of its own, or the body of a reply. Seldom, so field by field."""
    limits = {"traversal_limit_in_words": len(message) // WORD + 64, "nesting_limit": 8}
    try:
        if not reply:
            with SCHEMAS["catalog"].Catalog.from_bytes(bytes(message), **limits) as catalog:
                return _catalog(catalog)
        with SCHEMAS["control"].Reply.from_bytes(bytes(message), **limits) as answer:
            return _catalog(answer.body.as_struct(SCHEMAS["catalog"].Catalog))
    except (capnp.KjException, ValueError) as error:
        raise MalformedError from error


def catalog_hash(message: bytes | memoryview) -> int:
    """What batches name the catalog by."""
    return int.from_bytes(hashlib.sha256(message).digest()[:8], "big")


def request(number: int, kind: str, **fields: Any) -> bytes:
    """A question to a node, e.g. request(7, "fill", universe="main", scope="thesis", **{"from": 3, "to": 5})."""
    message = SCHEMAS["control"].Request.new_message(id=number)
    if kind in {"hello", "cancel", "catalog", "stats"}:
        setattr(message, kind, fields.get("value"))
    else:
        part = message.init(kind)
        for name, value in fields.items():
            setattr(part, name, value)
    return bytes(message.to_bytes())


def _topic_level(text: str) -> str:
    return "".join(chr(byte) if (byte < 128 and chr(byte).isalnum()) or chr(byte) in "_:-" else f"%{byte:02X}" for byte in text.encode())


def topic(kind: str, universe: str, scope: str = "") -> str:
    """E.main.thesis.: every part ends with a dot, so that a prefix never matches a longer name."""
    return "".join(f"{part}." for part in (kind, _topic_level(universe), _topic_level(scope)) if part)


def control_endpoint_of(endpoint: str) -> str:
    """Where a node that publishes here answers, unless it was told otherwise."""
    if not endpoint.startswith("tcp://"):
        return endpoint + ".control"
    host, _, port = endpoint.rpartition(":")
    return f"{host}:{int(port) + 1}" if port.isdigit() else endpoint
