"""Tables of a recording: what they hold, how they are read, and that they say what the program says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import by_hand
import duckdb
import polars as pl
import pyarrow as pa
import pytest
from sessions import Session, groundswell

from groundswell.events import Clock, Edge, Levels, Validity
from groundswell.recording import Recording, open_recording

NEW_YORK = "America/New_York"


@pytest.fixture(scope="module")
def recording(session: Session) -> Recording:
    return open_recording(session.recording)


def test_info(session: Session, recording: Recording) -> None:
    told = json.loads(groundswell(session.folder, "verify", str(session.recording), "--json"))
    assert (recording.info.records, recording.info.edges, recording.info.closed) == (told["records"], told["edges"], True)
    assert set(recording.info.symbols) >= {"SPY", "AAA", "HHH"}
    assert {"chips", "power", "thesis", "wave:compute"} <= set(recording.info.scopes)


def test_everybody_reads_the_same_ticks(recording: Recording) -> None:
    ticks = recording.ticks()
    arrow, polars, pandas = ticks.to_arrow(), ticks.to_polars(), ticks.to_pandas()
    assert arrow.num_rows == len(polars) == len(pandas) > 10_000
    assert arrow.schema.field("ts_event").type == pa.timestamp("ns", "UTC")
    assert pa.types.is_dictionary(arrow.schema.field("symbol").type)
    connection: Any = duckdb
    for column in ("size", "price", "tick_no"):
        expected = arrow[column].combine_chunks().drop_null()
        assert expected.to_pylist() == polars[column].drop_nulls().to_list() == pandas[column].dropna().tolist()
        assert sum(expected.to_pylist()) == pytest.approx(connection.sql(f"select sum({column}) from arrow").fetchall()[0][0])
    assert Counter(polars["symbol"].to_list()) == Counter(pandas["symbol"].tolist()) == Counter(arrow["symbol"].to_pylist())
    assert set(pandas["action"]) == {"trade", "quote", "bar_open", "bar_high", "bar_low", "bar_close"}


def test_columns_by_hand(tmp_path: Path) -> None:
    path = by_hand.write(
        tmp_path / "hand.gsj",
        ["AAA", "BBB"],
        by_hand.roll(),
        by_hand.tick(by_hand.OPEN + 1, 1, 12.345678901, 7, received=by_hand.OPEN + 2_000, trade_id=99),
        by_hand.pulse(by_hand.OPEN + 2),
        by_hand.tick(by_hand.OPEN + 3, 0, None, 0, action="Q", flags=0x81),
    )
    names = [
        "jseq",
        "session",
        "symbol",
        "action",
        "side",
        "price",
        "price_e9",
        "size",
        "trade_id",
        "tick_no",
        "feed",
        "flags",
        "conditions",
    ]
    trade, quote = open_recording(path).ticks(columns=[*names, "ts_event", "ts_recv"]).to_arrow().to_pylist()
    assert (trade.pop("ts_event").value, trade.pop("ts_recv").value) == (by_hand.OPEN + 1, by_hand.OPEN + 2_000)
    assert list(trade.values()) == [2, 20261123, "BBB", "trade", None, 12.345678901, 12_345_678_901, 7, 99, None, 1, 0x80, None]
    assert (quote.pop("ts_event").value, quote.pop("ts_recv")) == (by_hand.OPEN + 3, None)
    assert list(quote.values()) == [4, 20261123, "AAA", "quote", None, None, None, 0, 0, None, 1, 0x81, None]


def test_levels_and_events_are_what_replay_writes(session: Session, recording: Recording) -> None:
    groundswell(session.folder, "replay", "recording", "--signals", "signals.csv", "--events", "events.jsonl", "-q")
    levels = recording.levels().to_polars()
    with (session.folder / "signals.csv").open() as file:
        expected = list(csv.DictReader(file))
    assert len(levels) == len(expected) > 1_000
    wanted = [
        (row["scope"], row["signal"], float(row["value"]) if row["value"] else None, row["validity"], int(row["n_valid"]))
        for row in expected
    ]
    scopes = [f"symbol:{subject}" if subject else scope for scope, subject in levels.select("scope", "subject").iter_rows()]
    assert list(zip(scopes, *levels.select("signal", "value", "validity", "n_valid"), strict=True)) == wanted
    lines = [json.loads(line) for line in (session.folder / "events.jsonl").read_text().splitlines()]
    events = recording.events().to_arrow().to_pylist()
    assert [event["event_id"] for event in events] == [line["event_id"] for line in lines]
    assert [event["type"] for event in events] == [line["type"] for line in lines]
    assert any(event["why"] for event in events)
    assert events == recording.refold().events().to_arrow().to_pylist(), "what was published is what its records say"


def test_levels_and_events_say_when_their_cause_was_received(recording: Recording) -> None:
    """By ticks that caused something: a second way to the same instant."""
    ticks = recording.ticks(columns=["jseq", "ts_recv"]).to_arrow()
    received = dict(zip(ticks["jseq"].to_pylist(), ticks["ts_recv"].to_pylist(), strict=True))
    for table in (recording.levels(scopes=["chips"]), recording.events(), recording.refold().events()):
        rows = [row for row in table.to_arrow().to_pylist() if row["cause_jseq"] in received]
        assert rows
        assert [row["ts_recv"] for row in rows] == [received[row["cause_jseq"]] for row in rows]
    assert any(instant is not None for instant in received.values())


def test_choice_of_rows(recording: Recording) -> None:
    everything = recording.ticks().to_polars()
    start, end = dt.datetime(2026, 11, 20, 9, 31), dt.datetime(2026, 11, 20, 9, 35)
    some = recording.ticks(symbols=["AAA", "SPY"], columns=["symbol", "ts_event"], start=start, end=end, tz=NEW_YORK).to_polars()
    assert some.columns == ["symbol", "ts_event"]
    local = pl.col("ts_event").dt.convert_time_zone(NEW_YORK).dt.replace_time_zone(None)
    expected = everything.filter(pl.col("symbol").cast(str).is_in(["AAA", "SPY"]) & (local >= start) & (local < end))
    assert 0 < len(some) == len(expected) < len(everything)
    assert some["ts_event"].to_list() == expected["ts_event"].to_list()
    assert len(recording.ticks(start="09:31", end="09:35", tz=NEW_YORK, symbols=["AAA", "SPY"]).to_polars()) == len(some)
    levels = recording.levels(scopes=["chips"], signals=["ad_pct"], clock="close", columns=["scope", "signal", "clock"]).to_polars()
    assert levels.unique().rows() == [("chips", "ad_pct", "close")]
    assert len(recording.events(types=["COMMIT"]).to_polars()) > 100


def test_batches_are_bounded_and_lose_nothing(recording: Recording) -> None:
    whole = recording.ticks().to_arrow()
    cut = list(recording.ticks(batch_rows=1_000).batches())
    assert {len(batch) for batch in cut[:-1]} == {1_000}
    assert pa.Table.from_batches(cut) == whole
    levels = list(recording.levels(batch_rows=100).batches())
    assert len(levels) > 10
    assert sum(map(len, levels)) == recording.levels().to_arrow().num_rows


def test_replay_gives_the_classes_of_the_live_stream(recording: Recording) -> None:
    events = list(recording.replay())
    edges = [event for event in events if isinstance(event, Edge)]
    batches = [event for event in events if isinstance(event, Levels)]
    table = recording.events().to_arrow().to_pylist()
    assert [(edge.eseq, edge.event_id, edge.value, edge.scope, len(edge.why)) for edge in edges] == [
        (row["eseq"], row["event_id"], row["value"], row["scope"], len(row["why"])) for row in table
    ]
    assert sum(len(batch.levels) for batch in batches) == recording.levels().to_arrow().num_rows
    assert [edge.eseq for edge in edges] == list(range(1, len(edges) + 1))
    closes = [batch for batch in batches if batch.clock is Clock.CLOSE and batch.scope == "chips"]
    assert closes[-1]["ad_pct"].validity in Validity
    only = list(recording.replay("09:31", "09:35", NEW_YORK, edges=False, scopes=["chips"], signals=["tick_pct"]))
    assert only
    assert all(isinstance(event, Levels) and len(event.levels) == 1 and event["tick_pct"] for event in only)


def test_reading_twice_and_two_at_once(recording: Recording) -> None:
    table = recording.ticks(batch_rows=500)
    assert table.to_arrow() == table.to_arrow()
    for left, right in zip(table.batches(), recording.ticks(batch_rows=500).batches(), strict=True):
        assert left == right


def test_digest_of_engine_replay_and_refold(session: Session, recording: Recording) -> None:
    assert recording.digest() == session.digest == groundswell(session.folder, "replay", "recording", "--digest", "-q")


def test_refold_under_other_rosters_and_parameters(session: Session, recording: Recording) -> None:
    others = session.folder / "others.toml"
    others.write_text(session.universe.read_text().replace(', { symbol = "HHH" }', ""))
    theirs = groundswell(session.folder, "replay", "recording", "--digest", "-q", "--universe", str(others))
    assert recording.refold(universe=others).digest() == theirs != session.digest
    assert open_recording(session.recording, universe=others).digest() == theirs
    slower = session.folder / "slower.toml"
    slower.write_text("grid.step = '5s'\n" + (session.folder / "groundswell.toml").read_text())
    theirs = groundswell(session.folder, "replay", "recording", "--digest", "-q", "-c", str(slower))
    assert recording.refold(config=slower).digest() == theirs != session.digest
    both = groundswell(session.folder, "replay", "recording", "--digest", "-q", "-c", str(slower), "--universe", str(others))
    assert recording.refold(config=slower, universe=others).digest() == both
    few: Any
    many: Any
    few, many = recording.refold(universe=others).levels(scopes=["power"]).to_polars(), recording.levels(scopes=["power"]).to_polars()
    assert few["n_members"].max() == many["n_members"].max() - 1


def test_an_import_is_folded_with_a_universe(session: Session) -> None:
    history = open_recording(session.history, universe=session.universe)
    theirs = groundswell(session.folder, "replay", "history.gsj", "--digest", "-q", "--universe", "baskets.toml")
    assert history.digest() == theirs
    assert set(history.levels().to_polars()["clock"].to_list()) == {"close"}
    assert history.events(types=["COMMIT"]).to_polars().height > 0
