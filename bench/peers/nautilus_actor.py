"""NautilusTrader: an Actor in a BacktestEngine that hears the trades of every member. Its rows go to a list and not over the message bus,
which favours it. E2: a timer of its test clock."""
from datetime import timedelta

import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import FIXED_PRECISION, Money, Price, Quantity

from common import enter
from tick_by_tick import Counters

VENUE = Venue("SIM")
RAW_OF_E9 = 10 ** (FIXED_PRECISION - 9)


class Breadth(Actor):
  def __init__(self, w, options, ids, sink):
    super().__init__()
    self.w, self.mode, self.every, self.ids, self.sink = w, options.mode, timedelta(milliseconds=options.interval_ms), ids, sink
    self.counters = Counters(w)
    self.number_of = {of: k for k, of in enumerate(ids)}
    self.seq = 0

  def on_start(self):
    for of in self.ids:
      self.subscribe_trade_ticks(of)
    if self.mode == "e2":
      self.clock.set_timer("grid", self.every, start_time=pd.Timestamp(self.w.open_ns, tz="UTC"), callback=self.on_step)

  def on_trade_tick(self, tick):
    self.seq += 1
    touched = self.counters.trade(self.number_of[tick.instrument_id], tick.price.raw // RAW_OF_E9)
    if self.mode == "e1":
      for basket in touched:
        self.sink.append((self.seq, basket) + self.counters.row(basket))

  def on_step(self, _event):
    self.sink.append(self.counters.snapshot())

  def on_stop(self):
    """The run ends with its last trade, the grid with the close."""
    while self.mode == "e2" and len(self.sink) < len(self.w.steps(self.every // timedelta(milliseconds=1))):
      self.sink.append(self.counters.snapshot())


def engine_of(w):
  engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
  engine.add_venue(venue=VENUE, oms_type=OmsType.NETTING, account_type=AccountType.CASH, starting_balances=[Money(1_000_000, USD)])
  ids = [InstrumentId(Symbol(name), VENUE) for name in w.symbols]
  for of in ids:
    engine.add_instrument(Equity(instrument_id=of, raw_symbol=of.symbol, currency=USD, price_precision=2,
                                 price_increment=Price.from_str("0.01"),
                                 lot_size=Quantity.from_int(100), ts_event=0, ts_init=0))
  return engine, ids


def prepare(w, options):
  engine, ids = engine_of(w)
  columns = (w.tape[name].tolist() for name in ("seq", "ts_event", "price", "symbol", "size"))
  engine.add_data([TradeTick.from_raw(ids[symbol], price * RAW_OF_E9, 2, size * 10**FIXED_PRECISION, 0, AggressorSide.NO_AGGRESSOR,
                                      TradeId(str(seq)), ts, ts) for seq, ts, price, symbol, size in zip(*columns)], sort=False)
  sink = []
  engine.add_actor(Breadth(w, options, ids, sink))

  def run():
    engine.run(start=pd.Timestamp(w.open_ns, tz="UTC"), end=pd.Timestamp(w.close_ns, tz="UTC"))
    return sink

  return run


if __name__ == "__main__":
  enter("NautilusTrader", "nautilus_trader", prepare, threads=1)
