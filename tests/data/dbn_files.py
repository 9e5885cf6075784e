#!/usr/bin/env python3
"""Writes DBN files with the vendor's Python package and, beside each, the ticks that an import of it must give.

  dbn_files.py FOLDER RECORDS VERSION

For each schema: NAME.dbn, NAME.dbn.zst and NAME.ticks, the bytes of the ticks in order (48 each, include/groundswell/tick.hpp).
The ticks are made from what the package decodes again from the file, not from what was written. Random, with a fixed seed.
"""
import datetime
import io
import pathlib
import random
import struct
import sys

import databento_dbn as dbn

DAY_NS = 86_400 * 10**9
FIRST_DAY = datetime.date(2025, 3, 10)
FIRST_NS = (FIRST_DAY - datetime.date(1970, 1, 1)).days * DAY_NS
DAYS = 3
SYMBOLS = ("AA", "BB", "BRK.B", "CCC", "ZVZZT")  # sorted: a position is the recording's id
UNDEFINED_TIME = dbn.UNDEF_TIMESTAMP
LAST = 0x80
INTERVALS = {"ohlcv-1s": 1, "ohlcv-1m": 60, "ohlcv-1h": 3600, "ohlcv-1d": 0}
RTYPES = {"ohlcv-1s": dbn.RType.OHLCV_1S, "ohlcv-1m": dbn.RType.OHLCV_1M, "ohlcv-1h": dbn.RType.OHLCV_1H, "ohlcv-1d": dbn.RType.OHLCV_1D}
HALTS, RESUMES = (8, 9, 10, 15), (7,)
MARKET_WIDE = (120, 121, 122, 123, 124)
TICK = struct.Struct("<QqQQIiHBcBBH")
DEFINITION_TEXTS = dict(currency="USD", settl_currency="", secsubtype="", group="", exchange="XNAS", cfi="", unit_of_measure="",
                        underlying="", strike_price_currency="")


class Interval:
  def __init__(self, first, end, symbol):
    self.start_date, self.end_date, self.symbol = first, end, symbol


class Mapping:
  def __init__(self, symbol, intervals):
    self.raw_symbol, self.intervals = symbol, intervals


def instrument_of(symbol, day):
  """Numbers change overnight, and another symbol has yesterday's."""
  return 100 + (symbol + day) % len(SYMBOLS)


def symbol_of(instrument, time_ns):
  return (instrument - 100 - (time_ns - FIRST_NS) // DAY_NS) % len(SYMBOLS)


def metadata(version, schema, with_mappings=True):
  mappings = []
  for at, symbol in enumerate(SYMBOLS):
    days = [FIRST_DAY + datetime.timedelta(days=day) for day in range(DAYS + 1)]
    mappings.append(Mapping(symbol, [Interval(days[day], days[day + 1], str(instrument_of(at, day))) for day in range(DAYS)]))
  return dbn.Metadata("XNAS.ITCH", FIRST_NS, dbn.SType.RAW_SYMBOL, dbn.SType.INSTRUMENT_ID, schema, list(SYMBOLS), [], [],
                      mappings if with_mappings else [], FIRST_NS + DAYS * DAY_NS, None, False, version)


class Maker:
  def __init__(self, version, records):
    self.version, self.records, self.random = version, records, random.Random(f"{version}")

  def price_e9(self):
    if self.random.random() < 0.01:
      return dbn.UNDEF_PRICE
    return self.random.randrange(1, 10**6) * 10**self.random.choice((3, 7, 8))

  def place(self):
    """Instrument, event time and time of receipt. Times repeat and go backwards; receipt stays on the UTC day of the event."""
    day, symbol = self.random.randrange(DAYS), self.random.randrange(len(SYMBOLS))
    event_ns = FIRST_NS + day * DAY_NS + self.random.randrange(14 * 3600, 20 * 3600) * 10**9 + self.random.randrange(4) * 250_000_000
    received_ns = event_ns + self.random.randrange(-3 * 10**9, 9 * 10**9)
    return instrument_of(symbol, day), event_ns, UNDEFINED_TIME if self.random.random() < 0.01 else received_ns

  def event(self):
    instrument, event_ns, received_ns = self.place()
    return dict(publisher_id=self.random.choice((2, 43, 400)), instrument_id=instrument, ts_event=event_ns, price=self.price_e9(),
                size=self.random.randrange(1, 10**6), side=self.random.choice((dbn.Side.ASK, dbn.Side.BID, dbn.Side.NONE)), depth=0,
                ts_recv=received_ns, flags=self.random.choice((0, 0x80, 0x88, 0x82)), ts_in_delta=5, sequence=self.random.randrange(2**32))

  def trades(self):
    return dbn.TradeMsg(action=dbn.Action.TRADE, **self.event())

  def book(self, actions):
    event = self.event()
    if event["price"] == dbn.UNDEF_PRICE:
      event["price"] = 10**9
    levels = dbn.BidAskPair(self.price_e9(), self.price_e9(), *(self.random.randrange(10**6) for _ in range(4)))
    return dbn.MBP1Msg(action=self.random.choice(actions), levels=levels, **event)

  def tbbo(self):
    return self.book((dbn.Action.TRADE,))

  def mbp_1(self):
    return self.book((dbn.Action.TRADE, dbn.Action.ADD, dbn.Action.CANCEL, dbn.Action.MODIFY))

  def bar(self, schema):
    instrument, event_ns, _ = self.place()
    step_ns = (INTERVALS[schema] or 86_400) * 10**9
    prices = sorted(self.random.randrange(10**9, 10**12) for _ in range(4))
    return dbn.OHLCVMsg(RTYPES[schema], 2, instrument, event_ns // step_ns * step_ns, prices[1], prices[3], prices[0], prices[2],
                        self.random.randrange(10**9) if self.random.random() < 0.99 else 0)

  def status(self):
    instrument, event_ns, received_ns = self.place()
    return dbn.StatusMsg(2, instrument, event_ns, received_ns, self.random.choice(list(dbn.StatusAction.variants())),
                         self.random.choice(list(dbn.StatusReason.variants())))

  def definition(self):
    """As many as records; of the instruments that trades then use without any mapping in the metadata."""
    instrument, event_ns, _ = self.place()
    event_ns -= event_ns % DAY_NS
    symbol = SYMBOLS[symbol_of(instrument, event_ns)]
    common = dict(publisher_id=2, instrument_id=instrument, ts_event=event_ns, ts_recv=event_ns, min_price_increment=10**7,
                  display_factor=10**9, raw_symbol=symbol, asset="", security_type="", instrument_class=dbn.InstrumentClass.STOCK,
                  security_update_action=dbn.SecurityUpdateAction.ADD, **DEFINITION_TEXTS)
    if self.version == 3:
      return dbn.InstrumentDefMsg(**common)
    numbers = ("expiration activation high_limit_price low_limit_price max_price_variation trading_reference_price unit_of_measure_qty "
               "min_price_increment_amount price_ratio inst_attrib_value underlying_id raw_instrument_id market_depth_implied market_depth "
               "market_segment_id max_trade_vol min_lot_size min_lot_size_block min_lot_size_round_lot min_trade_vol contract_multiplier "
               "decay_quantity original_contract_size trading_reference_date appl_id maturity_year decay_start_date channel_id "
               "strike_price md_security_trading_status main_fraction price_display_format settl_price_type sub_fraction "
               "underlying_product maturity_month maturity_day maturity_week contract_multiplier_unit flow_schedule_type tick_rule").split()
    kind = dbn.InstrumentDefMsgV1 if self.version == 1 else dbn.InstrumentDefMsgV2
    return kind(**common, **dict.fromkeys(numbers, 1), match_algorithm=dbn.MatchAlgorithm.UNDEFINED,
                user_defined_instrument=dbn.UserDefinedInstrument.NO)

  def symbol_mapping(self, symbol, day):
    start_ns = FIRST_NS + day * DAY_NS
    instrument = instrument_of(symbol, day)
    if self.version == 1:
      return dbn.SymbolMappingMsgV1(2, instrument, start_ns, SYMBOLS[symbol], SYMBOLS[symbol], start_ns, start_ns + DAY_NS)
    return dbn.SymbolMappingMsg(2, instrument, start_ns, dbn.SType.RAW_SYMBOL, SYMBOLS[symbol], dbn.SType.INSTRUMENT_ID, SYMBOLS[symbol],
                                start_ns, start_ns + DAY_NS)


def compressed(raw):
  out = io.BytesIO()
  coder = dbn.Transcoder(out, dbn.Encoding.DBN, dbn.Compression.ZSTD, has_metadata=True, upgrade_policy=dbn.VersionUpgradePolicy.AS_IS)
  coder.write(raw)
  coder.flush()
  del coder
  return out.getvalue()


def decoded(raw):
  decoder = dbn.DBNDecoder(upgrade_policy=dbn.VersionUpgradePolicy.AS_IS)
  decoder.write(raw)
  return decoder.decode()[1:]


def receive_delta_ns(record):
  if record.ts_recv == UNDEFINED_TIME or int(getattr(record, "flags", 0)) & 0x08:
    return 0
  return max(-2**31, min(2**31 - 1, record.ts_recv - record.ts_event))


def venue(record):
  return record.publisher_id if record.publisher_id < 256 else 0


def trade_ticks(record, symbol):
  side = {"A": 65, "B": 66}.get(str(record.side), 0)
  yield TICK.pack(record.ts_event, record.price, record.size, 0, symbol, receive_delta_ns(record), 0, venue(record), b"T", side, LAST, 0)


def quote_ticks(record, symbol):
  level = record.levels[0] if isinstance(record.levels, list) else record.levels
  for side, price_e9, size, flags in ((66, level.bid_px, level.bid_sz, 0), (65, level.ask_px, level.ask_sz, LAST)):
    size = 0 if price_e9 == dbn.UNDEF_PRICE else size
    yield TICK.pack(record.ts_event, price_e9, size, 0, symbol, receive_delta_ns(record), 0, venue(record), b"Q", side, flags, 0)


def bar_ticks(record, symbol, end_ns, length_ns):
  prices = ((b"o", record.open), (b"h", record.high), (b"l", record.low), (b"c", record.close))
  for action, price_e9 in prices:
    close = action == b"c"
    yield TICK.pack(end_ns, price_e9, record.volume if close else 0, length_ns, symbol, 0, 0, venue(record), action, 0,
                    LAST if close else 0, 0)


def status_ticks(record, symbol):
  action, reason = int(record.action), int(record.reason)
  if action not in HALTS + RESUMES:
    return
  code = (1 if action in HALTS else 2) + (2 if reason in MARKET_WIDE else 0)
  yield TICK.pack(record.ts_event, 0, 0, code, symbol, receive_delta_ns(record), 0, venue(record), b"S", 0, LAST, 0)


def close_ns(day_ns):
  return day_ns + 20 * 3600 * 10**9  # 16:00 New York in March


def expected(schema, records):
  """Keys of order and the ticks of each record, sorted by time, then symbol, then position."""
  rows, session_bars = [], {}
  for record in records:
    symbol = symbol_of(record.instrument_id, record.ts_event)
    time_ns = record.ts_event
    if schema in INTERVALS:
      length_ns = INTERVALS[schema] * 10**9
      if length_ns == 0:
        time_ns = close_ns(record.ts_event)
        ticks = [] if record.volume == 0 else list(bar_ticks(record, symbol, time_ns, 0))
        session_bars[time_ns, symbol] = ticks  # of two bars of a day the last holds
        continue
      time_ns += length_ns
      ticks = [] if record.volume == 0 else list(bar_ticks(record, symbol, time_ns, length_ns))
    elif schema == "status":
      ticks = list(status_ticks(record, symbol))
    else:
      ticks = [] if schema == "trades" else list(quote_ticks(record, symbol))
      if str(record.action) == "T" and record.price != dbn.UNDEF_PRICE:
        ticks += trade_ticks(record, symbol)
    rows.append((time_ns, symbol, ticks))
  rows += [(time_ns, symbol, ticks) for (time_ns, symbol), ticks in session_bars.items()]
  rows.sort(key=lambda row: row[:2])
  return b"".join(tick for row in rows for tick in row[2])


def write(folder, name, raw, ticks):
  (folder / f"{name}.dbn").write_bytes(raw)
  (folder / f"{name}.dbn.zst").write_bytes(compressed(raw))
  (folder / f"{name}.ticks").write_bytes(ticks)


def main():
  folder, count, version = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
  maker = Maker(version, count)
  makers = {"trades": maker.trades, "tbbo": maker.tbbo, "mbp-1": maker.mbp_1, "status": maker.status}
  for schema in ("trades", "tbbo", "mbp-1", "status", *INTERVALS):
    make = makers.get(schema) or (lambda schema=schema: maker.bar(schema))
    raw = bytes(metadata(version, dbn.Schema.from_str(schema))) + b"".join(bytes(make()) for _ in range(count))
    write(folder, schema, raw, expected(schema, decoded(raw)))
  # Trades that only definitions, or only symbol mapping records, name.
  trades = b"".join(bytes(maker.trades()) for _ in range(100))
  names = {"definition": b"".join(bytes(maker.definition()) for _ in range(count)),
           "mapping": b"".join(bytes(maker.symbol_mapping(symbol, day)) for day in range(DAYS) for symbol in range(len(SYMBOLS)))}
  for kind, records in names.items():
    raw = bytes(metadata(version, None, with_mappings=False)) + trades + records
    write(folder, kind, raw, expected("trades", decoded(raw)[:100]))


if __name__ == "__main__":
  main()
