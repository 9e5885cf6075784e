// Second thoughts strewn over any tape: trades get ids, and some are sent again, cancelled or corrected later, soon or after a roll; now
// and then one symbol trades a dozen times in a row and then jumps, for real or not.
#pragma once

#include <random>
#include <vector>

#include "support/tape.hpp"

namespace groundswell::test {

inline std::vector<Record> amended(const std::vector<Record>& records, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  std::vector<Record> all;
  std::vector<Tick> sent;  // trades, for what comes later
  std::uint64_t next_id = 1;
  const auto put = [&](Tick tick, std::uint16_t feed) {
    tick.trade_id = next_id++;
    sent.push_back(tick);
    all.push_back(tick_record(tick, 0, feed));
  };
  const auto amend = [&](std::uint64_t now_ns) {
    Tick tick = sent[one_in(2) ? sent.size() - 1 : random() % sent.size()];
    tick.ts_event_ns = now_ns;
    const std::uint64_t what = random() % 4;
    if (what == 1) tick.action = Action::kCancel;
    if (what >= 2) tick.action = Action::kCorrect;
    if (what == 3) tick.price_e9 += static_cast<std::int64_t>(random() % 200) * kCent;
    if (one_in(9)) tick.trade_id += 1'000'000;  // of nobody
    if (one_in(30)) tick.size = 0;
    all.push_back(tick_record(tick, 0, 1));
  };
  for (const Record& record : records) {
    const bool is_trade = record.kind == RecordKind::kTick && record.tick.action == Action::kTrade;
    if (!is_trade) {
      all.push_back(record);
      if (record.kind == RecordKind::kPulse && !sent.empty() && one_in(3)) amend(record.pulse.time_ns);  // after the final commit too
      continue;
    }
    put(record.tick, record.feed);
    if (one_in(5)) amend(record.tick.ts_event_ns);
    if (!one_in(25)) continue;
    Tick tick = record.tick;
    tick.cond_set = 0;
    for (int i = 0; i < 12; ++i) put(tick, record.feed);
    tick.price_e9 += tick.price_e9 / 100 * (one_in(2) ? 8 : -8);
    const bool really = one_in(2);
    for (int i = 0; i < 4; ++i) {
      put(i == 0 || really ? tick : record.tick, record.feed);
      if (one_in(4)) amend(tick.ts_event_ns);
      if (one_in(4)) all.push_back(pulse_record(tick.ts_event_ns + 6 * kSecond));
    }
  }
  return all;
}

}  // namespace groundswell::test
