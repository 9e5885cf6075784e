// The demo: something to see soon, and nothing left afterwards, however it ends.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/process.hpp"
#include "support/web_client.hpp"

namespace groundswell::test {
namespace {

class Demo : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(temporary_);
    environment_["TMPDIR"] = temporary_.string();
  }
  void expect_nothing_left_of(const Program& program) { EXPECT_FALSE(program.left_processes()); }
  void expect_nothing_left(const Program& program) {
    expect_nothing_left_of(program);
    EXPECT_TRUE(fs::is_empty(temporary_)) << fs::directory_iterator(temporary_)->path();
  }
  TemporaryFolder folder_;
  fs::path temporary_ = folder_ / "tmp";
  std::map<std::string, std::string> environment_;
};

TEST_F(Demo, ShowsValuesAndEndsByItself) {
  Program program(folder_, {"demo", "--seconds", kSanitized ? "40" : "12"}, environment_);
  const Finished finished = program.finish(std::chrono::seconds(120));
  EXPECT_EQ(finished.code, 0) << finished.err;
  const std::string_view told = "first value after ";
  const std::size_t at = finished.err.find(told);
  ASSERT_NE(at, std::string::npos) << finished.err;
  const double first_value_seconds = std::stod(finished.err.substr(at + told.size()));
  EXPECT_TRUE(kSanitized || first_value_seconds < 10.0) << first_value_seconds;
  EXPECT_NE(finished.out.find("GPUs and accelerators"), std::string::npos) << finished.out;
  expect_nothing_left(program);
}

// Of the console that it serves.
std::uint16_t port_of(Program& program) {
  const std::string address = "console on http://127.0.0.1:";
  if (!program.says(address)) return 0;
  const std::string said = program.err();
  return static_cast<std::uint16_t>(std::stoi(said.substr(said.find(address) + address.size())));
}

TEST_F(Demo, ServesItsConsoleAndTheSameSeedGivesTheSameEvents) {
  // Ids by time, of what two minutes of the market have brought; the port that one has is no reason for the other not to come.
  const auto events_of = [](std::uint16_t port, std::uint64_t until_ns) {
    std::map<std::string, std::uint64_t> ids;
    const auto answer = fetch(port, "/api/v1/events?limit=5000").json();
    for (const auto& event : answer["events"]) {
      if (event["ts_event"] < until_ns) ids[event["event_id"]] = event["ts_event"];
    }
    return ids;
  };
  Program one(folder_, {"demo", "--seed", "11", "--speed", "20"}, environment_),
      other(folder_, {"demo", "--seed", "11", "--speed", "20"}, environment_);
  const std::uint16_t ports[] = {port_of(one), port_of(other)};
  ASSERT_NE(ports[0], 0) << one.err();
  ASSERT_NE(ports[1], 0) << other.err();
  EXPECT_NE(ports[0], ports[1]);
  std::uint64_t until_ns = 0;
  for (const std::uint16_t port : ports) {
    WebStream stream(port);
    stream.subscribe({"levels", "health"});
    const auto catalog = stream.next_of("catalog");
    ASSERT_FALSE(catalog.is_null());
    std::uint64_t first_ns = 0, now_ns = 0;
    while (first_ns == 0 || now_ns < first_ns + 120'000'000'000) {
      const auto levels = stream.next_of("levels");
      ASSERT_FALSE(levels.is_null());
      now_ns = std::stoull(levels["event_time"].get<std::string>());
      if (first_ns == 0) first_ns = now_ns;
    }
    until_ns = until_ns == 0 ? now_ns : std::min(until_ns, now_ns);
  }
  std::map<std::string, std::uint64_t> events, of_other;
  wait_until([&] {  // those of the past come scope by scope
    events = events_of(ports[0], until_ns);
    of_other = events_of(ports[1], until_ns);
    return !events.empty() && events == of_other;
  });
  EXPECT_FALSE(events.empty());
  EXPECT_EQ(events, of_other);
  EXPECT_EQ(fetch(ports[0], "/").status, 200);
  for (Program* program : {&one, &other}) {
    program->signal(SIGINT);
    EXPECT_EQ(program->finish().code, 130) << program->err();
    expect_nothing_left_of(*program);
  }
  EXPECT_TRUE(fs::is_empty(temporary_));
}

TEST_F(Demo, CtrlCEndsItAtAnyMoment) {
  for (const char* moment : {"history", "first value after"}) {
    Program program(folder_, {"demo", "--seed", "3"}, environment_);
    ASSERT_TRUE(program.says(moment)) << program.err();
    program.signal(SIGINT);
    EXPECT_EQ(program.finish().code, 130) << moment << ": " << program.err();
    expect_nothing_left(program);
  }
}

}  // namespace
}  // namespace groundswell::test
