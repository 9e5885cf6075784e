"""What is read from the bytes of every version, and what is made of bytes that are no message."""

from __future__ import annotations

import random
import re
import struct
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest
from programs import SOURCE
from scripted_node import edge_batch, level_batch

import groundswell as gs
from groundswell import _wire as wire
from groundswell._convert import edges_of
from groundswell._layout import MalformedError, Rows

GOLDEN = SOURCE / "tests/golden/wire"


def golden(name: str) -> bytes:
    """The bytes of a message of version 1."""
    return (GOLDEN / f"{name}.bin").read_bytes()


def field_by_field(message: Any) -> dict[str, Any]:
    """By pycapnp."""
    return dict(message.to_dict())


def test_edges_are_what_pycapnp_reads() -> None:
    for message in (golden("v1_edge_batch"), edge_batch(5, 3)):
        rows = Rows(message)
        batch = wire.read_edges(rows, rows.root())
        with wire.SCHEMAS["signal"].EdgeBatch.from_bytes(message) as other:
            expected = field_by_field(other)
        assert batch.scope_seq == expected["scopeSeq"]
        assert batch.header == tuple(
            expected["header"][name] for name in ("recordingId", "catalogHash", "configHash", "sendTs", "session", "universe", "scope")
        )
        assert len(batch.edges) == len(expected["edges"]) > 0
        for edge, fields in zip(batch.edges, expected["edges"], strict=True):
            why = [(each["delta"], each["symbol"]) for each in fields.pop("why", [])]
            assert dict(zip(wire._EDGE.names, edge, strict=False)) == fields
            assert edge[-1] == why


def test_levels_are_what_pycapnp_reads() -> None:
    for message in (golden("v1_level_batch"), golden("v1_level_batch_before_rosters"), bytes(level_batch(4, 2.5).to_bytes())):
        rows = Rows(message)
        batch = wire.read_levels(rows, rows.root())
        with wire.SCHEMAS["signal"].LevelBatch.from_bytes(message) as other:
            expected = field_by_field(other)
        assert batch[1:7] == tuple(expected[name] for name in ("levelSeq", "tsEvent", "causeJseq", "clock", "full", "last"))
        assert [dict(zip(wire._LEVEL.names, level, strict=True)) for level in batch.levels] == expected["levels"]


def test_heartbeats_operations_and_snapshots_are_what_pycapnp_reads() -> None:
    rows = Rows(golden("v1_heartbeat"))
    heartbeat = wire.read_heartbeat(rows, rows.root())
    with wire.SCHEMAS["signal"].Heartbeat.from_bytes(golden("v1_heartbeat")) as other:
        expected = field_by_field(other)
    assert heartbeat[:10] == tuple(expected[name] for name in wire._HEARTBEAT.names)
    assert [row._asdict() for row in heartbeat.next] == [
        {
            "universe": row["universe"],
            "scope": row["scope"],
            "eseq": row["eseq"],
            "scope_seq": row["scopeSeq"],
            "level_seq": row["levelSeq"],
        }
        for row in expected["next"]
    ]
    rows = Rows(golden("v1_operation"))
    with wire.SCHEMAS["signal"].Operation.from_bytes(golden("v1_operation")) as other:
        assert wire.read_operation(rows, rows.root()) == (
            other.number, other.time, chr(other.severity), other.component, other.text, other.node,
        )  # fmt: skip
    reply = wire.read_reply(golden("v1_snapshot_reply"))
    head = wire.read_snapshot(reply.rows, reply.body)
    with wire.SCHEMAS["control"].Reply.from_bytes(golden("v1_snapshot_reply")) as other:
        assert (reply.id, reply.status, reply.more, reply.chunk) == (other.id, other.status, other.more, other.chunk)
        body = other.body.as_struct(wire.SCHEMAS["control"].Snapshot)
        assert (head.jseq, len(head.positions), len(head.triggers)) == (body.jseq, len(body.positions), len(body.triggers))
        assert [state[6] for state in head.triggers] == [state.sinceNs for state in body.triggers]


def test_streams_and_catalogs_are_what_pycapnp_reads() -> None:
    reply = wire.read_reply(golden("v1_stream_reply"))
    batch = wire.read_stream(reply.rows, reply.body)
    with wire.SCHEMAS["control"].Reply.from_bytes(golden("v1_stream_reply")) as other:
        body = other.body.as_struct(wire.SCHEMAS["control"].StreamBatch)
        assert batch.conflated == body.conflated
        assert [(topic, bytes(message)) for topic, message in batch.messages] == [(each.topic, each.message) for each in body.messages]
    for name in ("v1_catalog", "v1_catalog_before_rosters"):
        catalog = wire.read_catalog(golden(name))
        with wire.SCHEMAS["catalog"].Catalog.from_bytes(golden(name)) as other:
            assert catalog.scopes == list(other.scopes)
            assert catalog.signals == {each.index: each.id for each in other.signals}


def test_questions_are_the_bytes_that_nodes_know() -> None:
    for name in ("v1_edge_fill_request", "v1_stream_request", "v1_credit_request"):
        with wire.SCHEMAS["control"].Request.from_bytes(golden(name)) as other:
            kind = str(other.which())
            fields = field_by_field(other)
            ours = wire.request(other.id, kind, **fields[kind])
        with wire.SCHEMAS["control"].Request.from_bytes(ours) as again:
            assert field_by_field(again) | {"deadlineNs": 0} == fields | {"deadlineNs": 0}
    assert wire.topic("L", "main", "wave:compute") == "L.main.wave:compute."
    assert wire.topic("E", "main", "a b.ü") == "E.main.a%20b%2E%C3%BC."
    assert wire.control_endpoint_of("tcp://[::1]:5556") == "tcp://[::1]:5557"
    assert wire.control_endpoint_of("ipc:///run/gs") == "ipc:///run/gs.control"


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("v1_*.bin")))
def test_damage_is_refused_and_never_anything_else(name: str) -> None:
    """Every kind of reader on messages with flipped bytes and torn ends: a verdict, quickly, and never more rows than bytes."""
    original = golden(name)
    readers = [wire.read_edges, wire.read_levels, wire.read_heartbeat, wire.read_operation, wire.read_snapshot, wire.read_stream]
    luck = random.Random(name)
    refused = 0
    for _ in range(300):
        message = bytearray(original)
        for _ in range(luck.randint(1, 6)):
            message[luck.randrange(len(message))] = luck.randrange(256)
        if luck.random() < 0.3:
            del message[luck.randrange(len(message)) :]
        for read in readers:
            try:
                rows = Rows(bytes(message))
                read(rows, rows.root())
            except MalformedError:
                refused += 1
        try:
            wire.read_reply(bytes(message))
            wire.read_catalog(bytes(message))
            wire.read_catalog(bytes(message), reply=True)
        except MalformedError:
            refused += 1
    assert refused > 0


def test_a_list_of_nothing_claims_no_elements() -> None:
    """A list whose elements have no size may claim any number of them."""
    message = bytearray(edge_batch(1))
    at = message.index((1 << 2).to_bytes(4, "little") + b"\x0e\x00\x01\x00")  # the tag of the list of edges
    message[at : at + 8] = (1 << 31).to_bytes(4, "little") + bytes(4)
    rows = Rows(bytes(message))
    with pytest.raises(MalformedError):
        wire.read_edges(rows, rows.root())


def test_lists_that_are_shared_cost_no_more_than_they_have_bytes() -> None:
    """Every edge's parts are one long list: a message of 100 KB that would be 16 MB to read."""
    batch = wire.SCHEMAS["signal"].EdgeBatch.new_message(num_first_segment_words=1 << 15)
    edges = batch.init("edges", 200)
    edges[199].init("why", 5_000)
    message = bytearray(batch.to_bytes())
    rows = Rows(bytes(message))
    pointers = [rows.pointer(edge, 0) for edge in rows.places(rows.pointer(rows.root(), 1))]
    offset, size = struct.unpack_from("<iI", message, pointers[-1])
    for pointer in pointers:
        struct.pack_into("<iI", message, pointer, offset + ((pointers[-1] - pointer) // 8 << 2), size)
    rows = Rows(bytes(message))
    with pytest.raises(MalformedError):
        wire.read_edges(rows, rows.root())


@pytest.mark.parametrize("present", range(8))
def test_what_is_absent_is_none(present: int) -> None:
    edge = {"value": 1.0, "prior": 2.0, "threshold": 3.0, "present": present, "validity": 6}
    rows = Rows(bytes(wire.SCHEMAS["signal"].EdgeBatch.new_message(edges=[edge]).to_bytes()))
    (event,) = edges_of(wire.Catalog([], {}, [], []), wire.read_edges(rows, rows.root()), False, frozenset())
    numbers = [1.0 if present & 1 else None, 2.0 if present & 2 else None, 3.0 if present & 4 else None]
    assert [event.value, event.prior, event.threshold] == numbers
    with pytest.raises(FrozenInstanceError):
        event.value = 4.0  # type: ignore[misc]
    assert replace(event) == event and event in {event}


def enumerators(source: str, name: str) -> dict[str, int]:
    """kName = value of a C++ enum, as NAME: value."""
    body = re.search(rf"enum (?:class )?{name}\b[^{{]*{{(.*?)}};", source, re.DOTALL)
    assert body is not None
    found = re.findall(r"\bk(?:Flag)?(\w+) = (1U << \d+|\d+)", body[1])
    assert len(found) > 1
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", word).upper(): eval(number.replace("U", "")) for word, number in found}


def test_lists_of_words_are_those_of_the_engine() -> None:
    source = Path(SOURCE / "include/groundswell/value.hpp").read_text()
    assert {each.name: each.value for each in gs.Validity} == enumerators(source, "Validity")
    assert {each.name: each.value for each in gs.Flag} == enumerators(source, "Flag")
    assert {name: number for number, name in gs.EDGE_TYPES.items()} == enumerators(source, "EdgeType")
