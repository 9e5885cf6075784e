// What `check` says of a universe that the thesis layer cannot judge, against what the fold then does over 120 sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signal/thesis_needs.hpp"
#include "support/capture_sink.hpp"
#include "support/thesis_example.hpp"

namespace groundswell {
namespace {

using namespace test;
using testing::HasSubstr;

struct Case {
  const char* name;
  void (*change)(Universe&);
  std::vector<std::string> notices;  // beginnings
  std::vector<std::string> absent;   // numbers of the thesis that never come
  bool judged;                       // whether there is a state in the end
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

void third_wave(Universe& universe) {
  universe.baskets[2].wave = Wave::kMonetization;
  universe.baskets.push_back(universe.baskets[2]);
  universe.baskets.back().id = "more";
  universe.baskets.back().wave = Wave::kPhysical;
}

const std::vector<Case> kCases{
    {"AsItIs",
     [](Universe&) {},
     {"no basket is in the wave monetization"},
     {"lag_physical_monetization", "lag_compute_monetization"},
     true},
    {"AllWaves", third_wave, {}, {}, true},
    {"OneBasket",
     [](Universe& u) { u.baskets.resize(1); },
     {"no basket is in the wave physical", "no basket is in the wave monetization", "1 baskets are in the waves", "1 baskets are suppliers",
      "1 distinct members are leaders"},
     {"idx_ew", "z21", "d_rs", "tgap_21", "lag_compute_physical"},
     false},
    {"TwoBaskets",
     [](Universe& u) { u.baskets.resize(2); },
     {"no basket is in the wave monetization", "2 baskets are in the waves", "2 baskets are suppliers", "2 distinct members are leaders"},
     {"idx_ew", "z21", "d_rs", "tgap_21"},
     false},
    {"NoSupplier",
     [](Universe& u) {
       third_wave(u);
       for (Basket& basket : u.baskets) basket.supplier = false;
     },
     {"0 baskets are suppliers", "0 distinct members follow"},
     {"d_rs", "broadening", "tgap_21"},
     false},
    {"FewLeaders",
     [](Universe& u) {
       third_wave(u);
       u.baskets[0].members[0].role = Role::kFollower;
     },
     {"2 distinct members are leaders"},
     {"tgap_21"},
     false},
    {"OnlyMonetization",
     [](Universe& u) {
       for (Basket& basket : u.baskets) basket.wave = Wave::kMonetization;
     },
     {"no basket is in the wave compute", "no basket is in the wave physical", "0 baskets are in the waves", "0 baskets are suppliers",
      "0 distinct members follow"},
     {"idx_ew", "z21", "d_rs", "broadening", "tgap_21"},
     false},
};

class ThesisNeeds : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Universes, ThesisNeeds, testing::ValuesIn(kCases),
                         [](const auto& which) { return std::string(which.param.name); });

TEST_P(ThesisNeeds, NoticesAreWhatTheFoldDoes) {
  pipeline::FoldSetup setup = example_setup();
  GetParam().change(setup.universe);
  const auto notices = signal::thesis_notices(setup.universe, setup.book);
  ASSERT_EQ(notices.size(), GetParam().notices.size()) << testing::PrintToString(notices);
  bool unknown = false;
  for (std::size_t i = 0; i < notices.size(); ++i) {
    EXPECT_THAT(notices[i], testing::StartsWith(GetParam().notices[i]));
    unknown |= notices[i].find("`state` UNKNOWN") != std::string::npos;
  }
  EXPECT_EQ(unknown, !GetParam().judged);

  pipeline::Fold fold(setup);
  CaptureSink sink(fold);
  std::uint64_t jseq = 0;
  for (int t = 0; t < 120; ++t) {
    std::vector<Record> tape;
    add_session(tape, t);
    for (const Record& record : tape) fold.apply(record, ++jseq, sink);
    for (const std::string& signal : GetParam().absent) EXPECT_EQ(sink.level("thesis", signal).present, 0) << signal << " at " << t;
  }
  EXPECT_EQ(sink.level("thesis", "state").value != 0.0, GetParam().judged);
  if (GetParam().judged) {
    for (const char* signal : {"broadening", "z21", "d_rs", "tgap_21"}) EXPECT_EQ(sink.level("thesis", signal).present, 1) << signal;
  }
}

TEST(ThesisNotices, CoverageRulesCount) {
  pipeline::FoldSetup setup = example_setup();
  third_wave(setup.universe);
  EXPECT_TRUE(signal::thesis_notices(setup.universe, setup.book).empty());
  setup.book.coverage_by_signal["d_rs"] = {.min_members = 4, .share_e4 = 6000};
  const auto notices = signal::thesis_notices(setup.universe, setup.book);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_THAT(notices[0], testing::AllOf(HasSubstr("3 baskets are suppliers, 4 are needed"), HasSubstr("BROADENING")));
}

}  // namespace
}  // namespace groundswell
