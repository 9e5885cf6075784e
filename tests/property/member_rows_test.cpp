// Laws of the rows about members: they are of the same moment as the numbers of their scope, and add up to them.
#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/fold.hpp"
#include "support/random_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

// Looks at the members whenever their number of net advances is published.
class Adding final : public pipeline::Sink {
 public:
  explicit Adding(const pipeline::Fold& fold) : fold_(fold) {
    const std::vector<std::string> ids = fold.signal_names();
    signal_ = static_cast<std::uint16_t>(std::find(ids.begin(), ids.end(), "net_adv") - ids.begin());
  }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    for (const Level& level : batch.levels) {
      if (level.signal != signal_) continue;
      fold_.member_rows(batch.scope, rows_);
      std::int64_t net = 0, counting = 0;
      for (const MemberRow& row : rows_) {
        net += row.counts ? (row.last_e9 > row.ref_e9) - (row.last_e9 < row.ref_e9) : 0;
        counting += row.counts;
      }
      ASSERT_EQ(counting, level.n_valid);
      if (level.present == 0) continue;
      ASSERT_EQ(static_cast<double>(net), level.value);
      ++compared[static_cast<std::size_t>(batch.clock)];
    }
  }
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  std::array<std::uint64_t, 2> compared{};  // by clock

 private:
  const pipeline::Fold& fold_;
  std::uint16_t signal_;
  std::vector<MemberRow> rows_;
};

TEST(MemberRows, SignsAddUpToTheNetAdvancesPublishedAtThatMoment) {
  std::array<std::uint64_t, 2> compared{};
  for (std::uint64_t seed = 1; seed <= 60 && !HasFatalFailure(); ++seed) {
    pipeline::Fold fold(random_tape_setup());
    Adding sink(fold);
    std::uint64_t jseq = 0;
    const RandomTape tape(seed);
    for (const Record& record : tape.records()) fold.apply(record, ++jseq, sink);
    for (std::size_t clock = 0; clock < compared.size(); ++clock) compared[clock] += sink.compared[clock];
  }
  EXPECT_GT(compared[0], 1'000U);
  EXPECT_GT(compared[1], 300U);
}

// Every scope's rows are its roster of the session, rising, each with the role of that scope; what is no basket has none.
TEST(MemberRows, AreTheRosterOfTheSession) {
  const pipeline::FoldSetup setup = random_tape_setup();
  pipeline::Fold fold(setup);
  class : public pipeline::Sink {
    void on_levels(const pipeline::LevelBatchView&) noexcept override {}
    void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  } nowhere;
  pipeline::MembersView view;
  for (std::size_t scope = 0; scope < fold.scope_names().size(); ++scope) view.scopes.push_back(static_cast<std::uint16_t>(scope));
  std::uint64_t jseq = 0, sessions = 0;
  std::uint32_t session = 0;
  const RandomTape tape(7, {.history_sessions = 7});
  for (const Record& record : tape.records()) {
    fold.apply(record, ++jseq, nowhere);
    if (record.kind != RecordKind::kSessionRoll || fold.session() == session) continue;
    session = fold.session();
    ++sessions;
    fold.view(view);
    EXPECT_EQ(view.jseq, jseq);
    EXPECT_EQ(view.session, fold.session());
    for (std::size_t scope = 0; scope < view.scopes.size(); ++scope) {
      std::vector<std::string> names;
      for (const MemberRow& row : view.members[scope]) {
        names.push_back(fold.symbols()[row.symbol]);
        EXPECT_EQ(row.role == Role::kLeader, names.back() == "A0"
                                                 ? fold.scope_names()[scope] != "beta" && fold.scope_names()[scope] != "wave:physical"
                                                 : names.back() == "B1" || names.back() == "C1")
            << fold.scope_names()[scope] << ' ' << names.back();
        EXPECT_EQ(row.last_trade_ns, 0U) << "nobody has traded yet";
        EXPECT_FALSE(row.counts);
      }
      EXPECT_TRUE(std::is_sorted(view.members[scope].begin(), view.members[scope].end(),
                                 [](const MemberRow& a, const MemberRow& b) { return a.symbol < b.symbol; }));
      const bool has_b3 = fold.session() >= test_day(5).session;
      if (fold.scope_names()[scope] == "beta") {
        EXPECT_EQ(names,
                  has_b3 ? (std::vector<std::string>{"A0", "B0", "B1", "B2", "B3"}) : (std::vector<std::string>{"A0", "B0", "B1", "B2"}));
      }
      if (fold.scope_names()[scope] == "symbols") {
        EXPECT_TRUE(names.empty());
      }
      if (fold.scope_names()[scope] == "thesis") {
        EXPECT_EQ(names.size(), 8U + has_b3 + (fold.session() < test_day(6).session));
      }
    }
  }
  EXPECT_GT(sessions, 7U);
}

}  // namespace
}  // namespace groundswell
