// Laws that every signal of the registry keeps, tried on all of them by themselves: a new signal is covered without a line here. Those of
// evaluation (skipping, batches, restart) are in fold_laws_test and fold_restart_test, over everything that is published.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

#include "support/laws.hpp"
#include "support/random_tape.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr unsigned kLongHistory = 610;  // sessions: the longest memory is three times 200

// On this tape no wave leads another.
const Exception kNoLags{"lag_*", "absent on this tape; signal_wave_lead_test has tapes with lags"};

const RandomTape& long_tape() {
  static const RandomTape tape(5, {.n_symbols = wide_tape_setup(kLongHistory).symbols.size(),
                                   .history_sessions = kLongHistory,
                                   .most_live_sessions = 4,
                                   .fewest_events = 300,
                                   .more_events = 100,
                                   .untraded_one_in = 400,
                                   .long_sessions = true});
  return tape;
}

// The rows of two runs, in step, as far as `same_law` wants them.
template <class Compare>
void compare(const std::vector<CaptureSink::Row>& a, const std::vector<CaptureSink::Row>& b, Compare&& compare_rows) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size() && !::testing::Test::HasFailure(); ++i) compare_rows(a[i], b[i]);
}

// LV-1: where the last trade is the official close, the live formula at the closing step and the commit give the same bits.
TEST(SignalLaws, LiveAtTheCloseEqualsTheCommitToTheBit) {
  pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  const std::string kFrozen = "live it divides by what the last commit measured; that this is all is in reference_model_test";
  const Exceptions exceptions{
      {"rot_ratio", kFrozen},
      {"rot_mom", kFrozen},
      {"quadrant", "counts commits past a margin, of rot_*"},
      {"z21", kFrozen},
      {"z63", kFrozen},
      {"rank_*", "ranks z63"},
      {"ew_cw_z", kFrozen},
      {"tgap_21", kFrozen},
      {"broadening", "live it divides by what the last commit measured; that this is all is in signal_broadening_test"}};
  std::vector<Record> records;
  const TestDay day = test_day(kLongHistory);
  std::vector<std::int64_t> closes(setup.symbols.size());
  for (const Record& record : long_tape().records()) {  // history alone
    if (record.kind == RecordKind::kSessionRoll && record.roll.mode == SessionMode::kLive) break;
    if (record.kind == RecordKind::kTick) closes[record.tick.symbol] = record.tick.price_e9;
    records.push_back(record);
  }
  records.push_back(live_roll(kLongHistory));
  std::mt19937_64 random(8);
  for (int round = 0; round < 3; ++round) {
    const std::array<std::uint64_t, 3> when{day.open_ns + kSecond, day.close_ns - 1'800 * kSecond, day.close_ns - 2 * kSecond};
    for (std::uint32_t symbol = 0; symbol < setup.symbols.size(); ++symbol)
      records.push_back(
          trade(symbol, when[static_cast<std::size_t>(round)], closes[symbol] / 200 * static_cast<std::int64_t>(190 + random() % 21)));
  }
  records.push_back(pulse_record(day.final_ns + 1));
  pipeline::Fold fold(setup);
  LawCoverage coverage(fold, exceptions, signal::kBoth);
  CaptureSink sink(fold);
  std::uint64_t jseq = 0;
  for (const Record& record : records) fold.apply(record, ++jseq, sink);
  sink.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& live) {
    if (clock != Clock::kLive || !coverage.applies(signal)) return;
    const Level& close = sink.level(scope, signal);
    EXPECT_EQ(live.present, close.present) << scope << ' ' << signal;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(live.value), std::bit_cast<std::uint64_t>(close.value)) << scope << ' ' << signal;
    EXPECT_EQ(live.validity, close.validity) << scope << ' ' << signal;
    coverage.tried(signal, live);
  });
  coverage.expect_complete();
}

// All prices, of members and benchmarks, times a power of two: what is relative stays, to the bit; dollars follow.
TEST(SignalLaws, ScalingAllPricesScalesDollarsAndNothingElse) {
  pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  // Prices of the past are rounded to 1e-9 dollar by a corporate action, and so do not scale unless its factor divides them.
  std::erase_if(setup.actions, [](const ActionRow& action) { return action.price_factor_e12 != 500'000'000'000; });
  const Exceptions dollars{{"up_dollar", ""}, {"dn_dollar", ""}, {"unch_dollar", ""}};
  std::vector<Record> scaled = long_tape().records();
  for (Record& record : scaled) {
    if (record.kind == RecordKind::kTick) record.tick.price_e9 *= 4;
  }
  pipeline::Fold fold(setup), other(setup);
  LawCoverage coverage(fold, {kNoLags});
  compare(rows_of(fold, long_tape().records()), rows_of(other, scaled), [&](const auto& a, const auto& b) {
    const std::string different = difference(a, b, excepted(dollars, a.signal) ? 4.0 : 1.0);
    EXPECT_EQ(different, "");
    coverage.tried(a.signal, a.level);
  });
  coverage.expect_complete();
}

// Ticks of one moment may come in any order, as long as each symbol's own keep theirs: no sum depends on the order of its parts. So it
// does not matter either on how many feeds or shards they come.
TEST(SignalLaws, TicksOfOneMomentMayComeInAnyOrder) {
  const pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  std::vector<Record> records;
  std::uint64_t now_ns = 0;
  for (Record record : long_tape().records()) {
    const bool moves = record.kind == RecordKind::kTick && !is_bar(record.tick.action);
    if (moves) record.tick.ts_event_ns = (record.tick.ts_event_ns + kSecond - 1) / kSecond * kSecond;
    const std::uint64_t time_ns = event_time_ns(record);
    if (moves && time_ns > now_ns) records.push_back(pulse_record(time_ns));
    now_ns = std::max(now_ns, time_ns);
    records.push_back(record);
  }
  std::vector<Record> shuffled = records;
  std::mt19937_64 random(12);
  std::size_t moved = 0;
  const auto shuffle = [&](std::size_t from, std::size_t to) {  // takes them symbol by symbol, in a new order of symbols
    std::vector<std::uint32_t> order(setup.symbols.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    std::stable_sort(shuffled.begin() + static_cast<std::ptrdiff_t>(from), shuffled.begin() + static_cast<std::ptrdiff_t>(to),
                     [&](const Record& a, const Record& b) { return order[a.tick.symbol] < order[b.tick.symbol]; });
    moved += to - from;
  };
  now_ns = 0;
  for (std::size_t i = 0, from = 0; i <= records.size(); ++i) {
    const bool within = i < records.size() && records[i].kind == RecordKind::kTick && records[i].tick.action != Action::kStatus &&
                        event_time_ns(records[i]) <= now_ns;
    if (!within) {
      if (from < i) shuffle(from, i);
      from = i + 1;
    }
    if (i < records.size()) now_ns = std::max(now_ns, event_time_ns(records[i]));
  }
  EXPECT_GT(moved, 60'000U);
  pipeline::Fold fold(setup), other(setup);
  LawCoverage coverage(fold, {kNoLags});
  compare(rows_of(fold, records), rows_of(other, shuffled), [&](const auto& a, const auto& b) {
    EXPECT_EQ(difference(a, b), "");
    coverage.tried(a.signal, a.level);
  });
  coverage.expect_complete();
}

// A basket of strangers, trading all the time, changes nothing of the other baskets, their waves and their members.
TEST(SignalLaws, UnrelatedSymbolsChangeNothing) {
  const pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  const Exceptions exceptions{{"rank_*", "a place among all baskets"},
                              {"rs_rating", "a place among all members"},
                              {"spoon", "ranks returns of all members"},
                              {"painted", "stands on the spoon"},
                              {"e_*", "of the thesis"},
                              {"d_rs", "of the thesis, which has them in it"},
                              {"wave_*", "of the thesis"},
                              {"lag_*", "of the thesis"},
                              {"state", "of the thesis"},
                              {"provisional_state", "of the thesis"}};
  pipeline::FoldSetup more = setup;
  Basket strangers{.id = "strangers", .name = "", .wave = Wave::kMonetization, .members = {}};
  for (unsigned i = 0; i < 4; ++i) {
    more.symbols.push_back("N" + std::to_string(i));
    strangers.members.push_back({.symbol = more.symbols.back()});
  }
  more.universe.baskets.push_back(strangers);
  std::vector<Record> records;
  std::mt19937_64 random(13);
  std::size_t added = 0;
  for (const Record& record : long_tape().records()) {
    records.push_back(record);
    if (record.kind != RecordKind::kTick || record.tick.flags != kFlagLast || random() % 3 != 0) continue;
    Record stranger = record;  // of the same moment, so that time goes as it went
    const auto symbol = static_cast<std::uint32_t>(setup.symbols.size() + random() % 4);
    if (record.tick.action == Action::kBarClose) {
      std::vector<Record> bar;
      add_bar(bar, symbol, record.tick.ts_event_ns, 5'000 * kCent, 5'100 * kCent, 4'900 * kCent, record.tick.price_e9, 100);
      records.insert(records.end(), bar.begin(), bar.end());
    } else {
      stranger.feed = 3;
      stranger.tick.symbol = symbol;
      if (stranger.tick.action == Action::kStatus) continue;
      records.push_back(stranger);
    }
    ++added;
  }
  EXPECT_GT(added, 5'000U);
  const auto of_others = [](std::vector<CaptureSink::Row> rows) {
    std::erase_if(rows, [](const CaptureSink::Row& row) {
      return row.scope == "strangers" || row.scope == "wave:monetization" || row.scope == "thesis" || row.scope.starts_with("symbol:N");
    });
    return rows;
  };
  pipeline::Fold fold(setup), other(more);
  LawCoverage coverage(fold, exceptions);
  const auto lawful = [&](std::vector<CaptureSink::Row> rows) {
    std::erase_if(rows, [&](const CaptureSink::Row& row) { return !coverage.applies(row.signal); });
    return rows;
  };
  compare(lawful(of_others(rows_of(fold, long_tape().records()))), lawful(of_others(rows_of(other, records))),
          [&](const auto& a, const auto& b) {
            EXPECT_EQ(difference(a, b), "");
            coverage.tried(a.signal, a.level);
          });
  coverage.expect_complete();
}

// A 2:1 split told by actions.csv changes nothing but what counts shares, or takes the price of one for a weight.
TEST(SignalLaws, ASplitChangesNothingButShareVolume) {
  const Exceptions exceptions{{"up_vol", "shares"},
                              {"dn_vol", "shares"},
                              {"unch_vol", "shares"},
                              {"upvol_pct", "shares"},
                              {"advol_pct", "shares"},
                              {"trin*", "its volume is in shares"},
                              {"ln_trin", "trin's logarithm"},
                              {"idx_pw", "weighted by the price of a share"},
                              kNoLags};
  constexpr std::uint32_t kSplitSymbol = 5;
  const pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  pipeline::FoldSetup told = setup;
  const std::uint32_t ex_session = test_day(kLongHistory).session;
  told.actions.push_back({setup.symbols[kSplitSymbol], ex_session, "split", 500'000'000'000, 2'000'000'000'000, 0});
  for (SharesRow& row : told.shares)
    row.float_shares *= row.symbol == setup.symbols[kSplitSymbol] && row.effective_session >= ex_session ? 2 : 1;
  std::vector<Record> records = long_tape().records();
  bool live = false;
  for (Record& record : records) {
    live |= record.kind == RecordKind::kSessionRoll && record.roll.session >= ex_session;
    if (!live || record.kind != RecordKind::kTick || record.tick.symbol != kSplitSymbol) continue;
    record.tick.price_e9 /= 2;  // whole cents are even in 1e-9
    record.tick.size *= 2;
  }
  pipeline::Fold fold(setup), other(told);
  LawCoverage coverage(fold, exceptions);
  const auto lawful = [&](std::vector<CaptureSink::Row> rows) {
    std::erase_if(rows, [&](const CaptureSink::Row& row) { return !coverage.applies(row.signal); });
    return rows;
  };
  compare(lawful(rows_of(fold, long_tape().records())), lawful(rows_of(other, records)), [&](const auto& a, const auto& b) {
    EXPECT_EQ(difference(a, b), "");
    coverage.tried(a.signal, a.level);
  });
  coverage.expect_complete();
}

// Every move mirrored about the previous close, after a past without moves: what has a sign changes it, what goes from 0 to 100 becomes the
// rest to 100, highs and lows change places. A range that is symmetric about 0 says that a number has a sign.
TEST(SignalLaws, MirroredMovesChangeTheSign) {
  const std::map<std::string, std::string> partners{
      {"adv", "dec"},           {"dec", "adv"},       {"up_vol", "dn_vol"},    {"dn_vol", "up_vol"}, {"unch", "unch"},
      {"untraded", "untraded"}, {"nh_20", "nl_20"},   {"nl_20", "nh_20"},      {"nh_63", "nl_63"},   {"nl_63", "nh_63"},
      {"nh_252", "nl_252"},     {"nl_252", "nh_252"}, {"unch_vol", "unch_vol"}};
  const std::set<std::string> complements{"upvol_pct", "rhp_20",        "rhp_63",        "rhp_252",        "hli10_20",      "hli10_63",
                                          "hli10_252", "pct_outperf_1", "pct_outperf_5", "pct_outperf_21", "pct_outperf_63"};
  const std::set<std::string> signed_too{"ln_trin", "mcc_summ", "mcc_na_unch", "mcc_na_zero", "adl", "adp"};
  const Exceptions exceptions{{"vwb_dollar", "dollars are not mirrored with prices"},
                              {"advol_dollar_pct", "dollars are not mirrored with prices"},
                              {"leader_excess_*", "the leaders' part of a move, whichever way it goes"},
                              {"e_reward", "the smaller of two"},
                              {"e_within*", "between baskets logarithms differ by more than their signs; signal_belief_test mirrors ranks"},
                              {"belief_gap", "gains alone count"},
                              {"rank_change_*", "a past without moves ranks nobody"}};
  constexpr unsigned kFlatSessions = 255;
  pipeline::FoldSetup setup = wide_tape_setup(kLongHistory);
  setup.actions.clear();
  setup.filings = wide_tape_filings(kFlatSessions);
  std::vector<Record> up, down;
  const auto both = [&](const std::vector<Record>& records) {
    up.insert(up.end(), records.begin(), records.end()), down.insert(down.end(), records.begin(), records.end());
  };
  std::mt19937_64 random(11);
  constexpr std::int64_t kClose = 10'000 * kCent;
  for (unsigned day = 0; day < kFlatSessions; ++day) {
    std::vector<Record> session{bars_roll(day)};
    for (std::uint32_t symbol = 0; symbol < setup.symbols.size(); ++symbol) {
      const std::int64_t reach = (1 + static_cast<std::int64_t>(random() % 12)) * kCent;
      add_bar(session, symbol, test_day(day).close_ns, kClose, kClose + reach, kClose - reach, kClose, 100 + random() % 900);
    }
    session.push_back(pulse_record(test_day(day).close_ns + 1));
    both(session);
  }
  both({live_roll(kFlatSessions)});
  for (int i = 0; i < 1'500; ++i) {
    const auto symbol = static_cast<std::uint32_t>(random() % setup.symbols.size());
    const std::uint64_t time_ns = test_day(kFlatSessions).open_ns + static_cast<std::uint64_t>(i) * 1'300'000'000;
    const std::int64_t move = (static_cast<std::int64_t>(random() % 41) - 20) * kCent;
    const std::uint64_t size = 1 + random() % 500;
    up.push_back(trade(symbol, time_ns, kClose + move, size));
    down.push_back(trade(symbol, time_ns, kClose - move, size));
  }
  both({pulse_record(test_day(kFlatSessions).final_ns + 1)});
  pipeline::Fold fold(setup), mirror(setup);
  std::set<std::string> has_sign(signed_too);
  for (const signal::CatalogRow& row : fold.signals()) {
    if (row.info->range.starts_with("+-") && !excepted(exceptions, row.id)) has_sign.insert(row.id);
  }
  using Key = std::tuple<Clock, std::uint64_t, std::string, std::string>;
  std::map<Key, Level> mirrored;
  for (const CaptureSink::Row& row : rows_of(mirror, down)) mirrored[{row.clock, row.ts_event_ns, row.scope, row.signal}] = row.level;
  std::map<std::string, std::size_t> compared;
  for (const CaptureSink::Row& row : rows_of(fold, up)) {
    const auto partner = partners.find(row.signal);
    const bool complement = complements.count(row.signal) != 0;
    if (has_sign.count(row.signal) == 0 && !complement && partner == partners.end()) continue;
    const auto found = mirrored.find({row.clock, row.ts_event_ns, row.scope, partner == partners.end() ? row.signal : partner->second});
    ASSERT_NE(found, mirrored.end()) << row.signal << " changed on one side only";
    const Level& other = found->second;
    ASSERT_EQ(row.level.present, other.present) << row.signal;
    ASSERT_EQ(row.level.validity, other.validity) << row.signal;
    const double expected = complement ? 100.0 - row.level.value : partner != partners.end() ? row.level.value : -row.level.value;
    if (row.level.present != 0) {
      ASSERT_NEAR(other.value, expected, 1e-9) << row.scope << ' ' << row.signal;
      compared[row.signal] += row.level.value != 0.0;
    }
  }
  for (const std::string& id : has_sign) EXPECT_GT(compared[id], 0U) << id << " was never compared with a value but 0";
}

}  // namespace
}  // namespace groundswell
