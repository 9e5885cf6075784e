"""Back-tests: nothing is known before it could be, orders fill as the rule says, money adds up."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from typing import Any

import by_hand
import pyarrow as pa
import pytest
from by_hand import OPEN, SECOND
from programs import SMALL_UNIVERSE
from sessions import Session

from groundswell.backtest import Backtest, FixedLatency, Latency, UniformLatency
from groundswell.errors import LookAheadError, OptionError
from groundswell.events import Edge, Levels
from groundswell.recording import Recording, open_recording

MS = 1_000_000
QUERY: dict[str, Any] = {"scopes": ["chips"], "signals": ["ad_pct"]}


@pytest.fixture(scope="module")
def recording(session: Session) -> Recording:
    return open_recording(session.recording)


def ns(table: pa.Table, column: str) -> list[int]:
    values: list[int] = table.column(column).cast("int64").to_pylist()
    return values


def receipts(recording: Recording) -> tuple[list[int], list[int]]:
    """Numbers of the ticks, and when each was received at the earliest: by the rule of the documentation, a second time."""
    table = recording.ticks(columns=["jseq", "ts_event", "recv_delta_ns"]).to_arrow()
    received, latest = [], 0
    for event, delta in zip(ns(table, "ts_event"), table["recv_delta_ns"].to_pylist(), strict=True):
        latest = max(latest, event + max(delta, 0))
        received.append(latest)
    return table["jseq"].to_pylist(), received


@pytest.mark.parametrize("latency", [FixedLatency(0), FixedLatency(ms=5), UniformLatency(1, 50)])
def test_no_event_is_released_early(recording: Recording, latency: Latency) -> None:
    numbers, received = receipts(recording)
    backtest = Backtest(recording, latency=latency, time="event", **QUERY)
    seen = []

    @backtest.subscribe
    def trap(event: Edge | Levels) -> None:
        assert event.ts_event <= backtest.now, "from the future"
        before = bisect_left(numbers, event.cause_jseq + 1) - 1  # the last tick that had been taken in
        known = received[before] if before >= 0 else 0
        assert backtest.now >= known + latency.bounds_ns[0], "released before it was received"
        seen.append((backtest.now, event.cause_jseq))

    result = backtest.run()
    assert result.events == len(seen) > 300
    assert seen == sorted(seen), "nothing overtakes"
    assert result.records == recording.info.records


def test_a_price_that_makes_an_event_cannot_be_had_by_who_acts_on_it(tmp_path: Path) -> None:
    """The trap: at second 10 prices jump, at the grid step of second 11 breadth does, and the first tick after that is received 200 ms
    after
    it happened. Whoever saw the event at its event time would have a price that nobody had who waited for it."""
    symbols = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "SPY"]
    before = by_hand.CLOSE - 3 * 24 * 3600 * SECOND
    records = [by_hand.roll(20261120, OPEN - 3 * 24 * 3600 * SECOND, before, bars=True)]
    records += [by_hand.bar(before, symbol, 100, 100) for symbol in range(9)] + [by_hand.pulse(before + 1), by_hand.roll()]
    for second in range(1, 21):
        price = 100 if second < 10 else 150 + second
        when = OPEN + second * SECOND
        records += [by_hand.tick(when + i, i, price, received=when + 200 * MS) for i in range(9)]
    path = by_hand.write(tmp_path / "jump.gsj", symbols, *records, by_hand.pulse(OPEN + 30 * SECOND, OPEN + 30 * SECOND))
    (tmp_path / "baskets.toml").write_text(SMALL_UNIVERSE)
    recording = open_recording(path, universe=tmp_path / "baskets.toml")
    jumped = OPEN + 11 * SECOND
    for latency, price, at in ((0, 162, 12), (5, 162, 12), (799, 162, 12), (900, 163, 13), (5_000, 167, 17)):
        backtest = Backtest(recording, latency=FixedLatency(ms=latency), order_latency=FixedLatency(0), edges=False, **QUERY)

        @backtest.subscribe
        def buy_the_jump(event: Edge | Levels, backtest: Backtest = backtest, latency: int = latency) -> None:
            if isinstance(event, Levels) and event["ad_pct"].value == 100 and backtest.outstanding("AAA") == 0 == backtest.position("AAA"):
                assert backtest.now >= jumped + 200 * MS + latency * MS
                backtest.order("AAA", 10)

        fills = backtest.run().fills.to_arrow()
        assert fills["price"].to_pylist()[0] == price
        assert ns(fills, "ts_fill")[0] == OPEN + at * SECOND
        assert ns(fills, "ts_report")[0] == OPEN + at * SECOND + 200 * MS + latency * MS


def rule(backtest: Backtest) -> None:
    """Buys and sells by turns."""

    @backtest.subscribe
    def turn(event: Edge | Levels) -> None:
        symbol = "AAA" if event.cause_jseq % 2 else "EEE"
        if backtest.outstanding(symbol) == 0:
            backtest.target(symbol, 0 if backtest.position(symbol) else 1 + event.cause_jseq % 5)


def test_fills_are_the_next_trades_and_money_adds_up(recording: Recording) -> None:
    backtest = Backtest(
        recording,
        latency=FixedLatency(ms=7),
        order_latency=FixedLatency(ms=3),
        spread_bps=4,
        fee_per_share=0.005,
        cash=1_000,
        time="event",
        clock="live",
        edges=False,
        scopes=["chips"],
        signals=["tick_pct"],
    )
    rule(backtest)
    result = backtest.run()
    fills, equity = result.fills.to_arrow(), result.equity.to_arrow().to_pylist()
    table = recording.ticks(columns=["jseq", "ts_event", "symbol", "action", "price_e9"]).to_arrow()
    columns = [table["jseq"].to_pylist(), ns(table, "ts_event"), *(table[name].to_pylist() for name in ("symbol", "action", "price_e9"))]
    trades = [row for row in zip(*columns, strict=True) if row[3] == "trade"]
    assert fills.num_rows > 50
    cash = 1_000 * 10**9
    times = zip(*(ns(fills, name) for name in ("ts_order", "ts_arrival", "ts_fill", "ts_report")), strict=True)
    for fill, (ordered, arrived, filled, reported) in zip(fills.to_pylist(), times, strict=True):
        assert arrived == ordered + 3 * MS
        jseq, when, _, _, price = next(row for row in trades if row[2] == fill["symbol"] and row[1] > arrived)
        assert (fill["cause_jseq"], filled) == (jseq, when)
        assert reported >= filled + 7 * MS
        against = -(-price * 4 // 20_000)  # half of 4 basis points, rounded up
        paid = price + against if fill["quantity"] > 0 else price - against
        assert fill["price"] == paid / 1e9
        assert fill["fee"] == 5_000_000 * abs(fill["quantity"]) / 1e9
        cash -= paid * fill["quantity"] + 5_000_000 * abs(fill["quantity"])
    assert equity[-1]["cash"] == cash / 1e9
    for row in equity:
        assert row["equity"] == pytest.approx(row["cash"] + row["long"] + row["short"], abs=1e-6)


def test_the_same_again_and_another_seed(recording: Recording) -> None:
    def fills(seed: int) -> pa.Table:
        backtest = Backtest(recording, latency=UniformLatency(1, 400), seed=seed, time="event", **QUERY)
        rule(backtest)
        return backtest.run().fills.to_arrow()

    assert fills(1) == fills(1) != fills(2)


def test_bars_fill_at_the_next_open(tmp_path: Path) -> None:
    day = 24 * 3600 * SECOND
    records = []
    for number, (opens, closes) in enumerate([(10, 11), (12, 13), (14, 15)]):
        begin, end = OPEN + number * day, by_hand.CLOSE + number * day
        records += [by_hand.roll(20261123 + number, begin, end, bars=True)]
        records += [by_hand.bar(end, symbol, opens, closes) for symbol in range(9)] + [by_hand.pulse(end + 1)]
    symbols = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "SPY"]
    (tmp_path / "baskets.toml").write_text(SMALL_UNIVERSE)
    recording = open_recording(by_hand.write(tmp_path / "bars.gsj", symbols, *records), universe=tmp_path / "baskets.toml")
    backtest = Backtest(recording, types=["COMMIT"], scopes=["thesis"], levels=False, cash=100)
    days = []

    @backtest.subscribe
    def hold(event: Edge | Levels) -> None:
        days.append(event.session)
        backtest.target("BBB", 2)

    result = backtest.run()
    assert days == [20261123, 20261124, 20261125]
    fills = result.fills.to_arrow()
    assert (fills["price"].to_pylist(), ns(fills, "ts_fill")) == ([12.0], [OPEN + day])
    assert result.equity.to_arrow()["equity"].to_pylist()[-3:] == [100.0, 100 - 24 + 26, 100 - 24 + 30]


def test_recordings_whose_clock_is_another(recording: Recording) -> None:
    with pytest.raises(OptionError, match="time='event'"):
        Backtest(recording, **QUERY).run()


def test_what_a_strategy_raises_ends_the_run(recording: Recording) -> None:
    backtest = Backtest(recording, time="event", **QUERY)
    backtest.subscribe(lambda event: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        backtest.run()
    with pytest.raises(OptionError, match="has run"):
        backtest.run()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"latency": FixedLatency(ms=-1)}, LookAheadError, "before it was known"),
        ({"order_latency": UniformLatency(-1, 3)}, LookAheadError, "before it was known"),
        ({"latency": UniformLatency(3, 1)}, OptionError, "no range"),
        ({"latency": 5}, OptionError, "is no latency"),
        ({"spread_bps": -1}, OptionError, "spread_bps"),
        ({"fee_per_share": float("nan")}, OptionError, "fee_per_share"),
        ({"time": "wall"}, OptionError, "neither"),
        ({"scopes": ["chip"]}, OptionError, "no scope 'chip'"),
        ({"start": "09:30"}, OptionError, "time of day"),
    ],
)
def test_options(recording: Recording, options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Backtest(recording, **options)


def test_orders(recording: Recording) -> None:
    backtest = Backtest(recording, time="event", **QUERY)
    with pytest.raises(OptionError, match="no symbol 'ZZZ'"):
        backtest.order("ZZZ", 1)
    for quantity in (0, 1.5, True):
        with pytest.raises(OptionError, match="quantity"):
            backtest.order("AAA", quantity)  # type: ignore[arg-type]
