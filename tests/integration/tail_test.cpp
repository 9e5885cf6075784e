// `groundswell tail` at a running engine.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

class Tail : public LoadedProcess {};

// Long before the catalog's turn comes.
TEST_F(Tail, EverySubscriberIsGreetedWithTheCatalog) {
  start();
  Listener second(context_, endpoint_in(folder_, "signals"));
  ASSERT_TRUE(second.joined());
  ASSERT_TRUE(second.listen_until([&] { return !second.catalogs.empty(); }));
  EXPECT_LT(second.heartbeats.size(), 8U);
}

TEST_F(Tail, PrintsEventsAsJsonLines) {
  start();
  watch(1);
  const std::string endpoint = endpoint_in(folder_, "signals");
  const Finished tail = run({"tail", "--endpoint", endpoint, "--any-mode", "-n", "3", "--json"});
  EXPECT_EQ(tail.code, 0) << tail.err;
  std::istringstream lines(tail.out);
  std::uint64_t count = 0, last_eseq = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const json event = json::parse(line, nullptr, false);
    ASSERT_TRUE(event.is_object()) << line;
    for (const char* field :
         {"event_id", "recording_id", "universe", "type",      "trigger", "signal",     "scope",     "subject",        "session",
          "ts_event", "cause_jseq",   "eseq",     "scope_seq", "value",   "validity",   "threshold", "direction",      "prior",
          "n_valid",  "n_members",    "flags",    "clock",     "why",     "definition", "roster",    "roster_version", "config"}) {
      EXPECT_TRUE(event.contains(field)) << field;
    }
    EXPECT_EQ(event.size(), 27U) << line;
    EXPECT_EQ(event["type"], "HALT_MEMBER");
    EXPECT_EQ(event["scope"], "thesis");
    EXPECT_EQ(event["session"], "2026-11-20");
    EXPECT_GT(event["eseq"], last_eseq);
    last_eseq = event["eseq"];
  }
  EXPECT_EQ(count, 3U) << tail.out;

  const Finished levels = run({"tail", "--endpoint", endpoint, "--any-mode", "--levels", "--scope", "chips", "-n", "2", "--json"});
  EXPECT_EQ(levels.code, 0) << levels.err;
  EXPECT_EQ(std::count(levels.out.begin(), levels.out.end(), '\n'), 2) << levels.out;

  const Finished refused = run({"tail", "--endpoint", endpoint, "-n", "3"});
  EXPECT_EQ(refused.code, 69);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.err.find("simulated"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace groundswell::test
