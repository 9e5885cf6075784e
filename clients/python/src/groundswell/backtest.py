"""Back-tests over a recording in which nobody knows anything before it could be known.

    backtest = Backtest(recording, latency=FixedLatency(ms=5), spread_bps=2, scopes=["thesis"], signals=["ad_pct"], clock="close")

    @backtest.subscribe
    def rule(event):
        backtest.target("SPY", 100 if event["ad_pct"].value > 0 else 0)

    result = backtest.run()
    result.equity.to_polars()

* An event is released at the receipt of the record that caused it plus `latency`, never before one that was published earlier. Receipt is
  when the engine took the record in; imports do not say, and there it is when it happened.
* An order arrives `order_latency` after it was made, and all of it is filled by the first trade of its symbol that happens after
  that, at the trade's price with half of `spread_bps` against it, for `fee_per_share`. Of a bar it is the open, at the bar's beginning.
  Trades that their sender doubts fill nothing. Neither size nor depth limits anything: keep orders small against the volume.
* `position()` knows of a fill when its report would have come: at the receipt of the trade plus `latency`.
* Money is counted in integers. The same recording, options and strategy give the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, Protocol, TypeVar

from groundswell import _native
from groundswell.errors import LookAheadError, OptionError
from groundswell.events import Edge, Levels
from groundswell.recording import Recording, Refold, Table, _names
from groundswell.windows import Bound

Handler = Callable[[Edge | Levels], object]
_Handler = TypeVar("_Handler", bound=Handler)
_LONGEST_NS = 3_600_000_000_000


class Latency(Protocol):
    """How long something is on its way: uniform between two bounds, inclusive, in ns."""

    @property
    def bounds_ns(self) -> tuple[int, int]:
        """The least and the most."""
        ...


@dataclass(frozen=True)
class FixedLatency:
    """Always the same."""

    ms: float = 0.0

    @property
    def bounds_ns(self) -> tuple[int, int]:
        """Both the same."""
        return round(self.ms * 1e6), round(self.ms * 1e6)


@dataclass(frozen=True)
class UniformLatency:
    """Anything between two bounds, drawn with the back-test's seed. Nothing overtakes what was sent before it."""

    least_ms: float
    most_ms: float

    @property
    def bounds_ns(self) -> tuple[int, int]:
        """The least and the most."""
        return round(self.least_ms * 1e6), round(self.most_ms * 1e6)


@dataclass(frozen=True)
class Result:
    """What became of it. Tables have `__arrow_c_stream__`, to_polars(), to_pandas(), to_arrow(); each can be taken once.

    fills   ts_order, ts_arrival, ts_fill, ts_report, symbol, quantity (shares, negative = sold), price and fee (dollars), cause_jseq
            of the trade
    equity  ts_event, equity, cash, long, short, in dollars: a row per `mark_every` of event time in which anything happened, at its end
    """

    fills: Table
    equity: Table
    events: int  # that were released
    records: int  # that were folded


class Backtest:
    """One run of a strategy over a recording. Thread: one."""

    def __init__(
        self,
        recording: Recording | Refold,
        *,
        latency: Latency = FixedLatency(ms=5),
        order_latency: Latency | None = None,
        seed: int = 0,
        spread_bps: float = 0.0,
        fee_per_share: float = 0.0,
        cash: float = 0.0,
        mark_every_s: float = 60.0,
        clock: Literal["live", "close"] | None = None,
        time: Literal["receive", "event"] = "receive",
        edges: bool = True,
        levels: bool = True,
        scopes: Sequence[str] = (),
        types: Sequence[str] = (),
        signals: Sequence[str] = (),
        start: Bound | None = None,
        end: Bound | None = None,
        tz: str | None = None,
    ) -> None:
        """`recording`: of `open_recording`, or a `refold` of it. Which events the strategy gets say `edges`, `levels`, `scopes`, `types`,
        `signals`, `clock` (of levels), `start` and `end`; the fold sees all records all the same. `order_latency`: as `latency` if not
        given. `spread_bps`: the whole spread, 1e-4 of the price. `fee_per_share`, `cash`: dollars. `time="event"`: records are
        received when
        they happened, for recordings of feeds whose clock was not the engine's.

        Raises OptionError, LookAheadError (a latency below 0), ConfigurationError.
        """
        if time not in ("receive", "event"):
            raise OptionError(f"time: {time!r} is neither 'receive' nor 'event'")
        self._symbols = {symbol: number for number, symbol in enumerate(recording._info.symbols)}
        self._handlers: list[Handler] = []
        self._ran = False
        self._native = _native.Backtest(
            recording._native,
            **recording._setup,
            edges=edges,
            levels=levels,
            scopes=_names("scopes", scopes),
            types=_names("types", types),
            signals=_names("signals", signals),
            clock=clock,
            windows=recording._windows(start, end, tz),
            latency=_bounds("latency", latency),
            order_latency=_bounds("order_latency", latency if order_latency is None else order_latency),
            seed=seed,
            spread_e9=_scaled("spread_bps", spread_bps, 5, 10_000),
            fee_a_share_e9=_scaled("fee_per_share", fee_per_share, 9, 1_000),
            cash_e9=_scaled("cash", cash, 9, 9e9),
            mark_ns=_scaled("mark_every_s", mark_every_s, 9, 1e6) or 1,
            event_clock=time == "event",
        )

    @property
    def now(self) -> int:
        """ns UTC: when the event that is being handled was released."""
        return self._native.now

    def subscribe(self, handler: _Handler) -> _Handler:
        """Calls `handler` with every event, when it is released; may be used as a decorator. What it raises ends run()."""
        self._handlers.append(handler)
        return handler

    def order(self, symbol: str, quantity: int) -> None:
        """Sends a market order now: shares, negative to sell."""
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < abs(quantity) < 1 << 40:
            raise OptionError(f"quantity: {quantity!r} is no number of shares; give an int other than 0")
        self._native.order(self._number(symbol), quantity)

    def target(self, symbol: str, quantity: int) -> None:
        """Orders what lacks to `quantity` shares, counting what was ordered already; nothing when nothing lacks."""
        lacking = quantity - self.position(symbol) - self.outstanding(symbol)
        if lacking != 0:
            self.order(symbol, lacking)

    def position(self, symbol: str) -> int:
        """Shares, as reported until now."""
        return self._native.position(self._number(symbol))

    def outstanding(self, symbol: str) -> int:
        """Shares that were ordered and of which no fill was reported until now."""
        return self._native.outstanding(self._number(symbol))

    def run(self) -> Result:
        """To the end of the recording. Once.

        Raises OptionError when the recording's receive times are of another clock than its event times; what a handler raises.
        """
        if self._ran:
            raise OptionError("this back-test has run; make another one")
        self._ran = True
        events = 0
        while (event := self._native.next()) is not None:
            events += 1
            for handler in self._handlers:
                handler(event)
        return Result(Table(self._native.fills()), Table(self._native.equity()), events, self._native.records)

    def _number(self, symbol: str) -> int:
        number = self._symbols.get(symbol)
        if number is None:
            raise OptionError(f"the recording has no symbol {symbol!r}; Recording.info.symbols has those it has")
        return number


def _bounds(what: str, latency: Latency) -> tuple[int, int]:
    try:
        least, most = latency.bounds_ns
    except AttributeError:
        raise OptionError(f"{what}: {latency!r} is no latency; give FixedLatency(ms=5) or UniformLatency(1, 9)") from None
    if least < 0 or most < 0:
        raise LookAheadError(f"{what}: {least} ns would be before it was known; give 0 or more")
    if not least <= most <= _LONGEST_NS:
        raise OptionError(f"{what}: from {least} to {most} ns is no range within an hour")
    return least, most


def _scaled(what: str, value: float, digits: int, most: float) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise OptionError(f"{what}: {value!r} is no number from 0 to {most:,.0f}")
    return int(Decimal(repr(value)).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
