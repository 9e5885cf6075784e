// All wirings of the stages do the same, with the threads that they say they have; and a thread that stands still is named.
#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <cstring>
#include <map>
#include <random>
#include <thread>

#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

// What a feed sends, always the same: trades, halts, a gap, a tick twice, and heartbeats each market second.
void send_script(HandFeed& feed, std::uint64_t open_ns) {
  std::mt19937_64 random(11);
  std::uint64_t now_ns = open_ns;
  feed.send_ns = now_ns;
  ASSERT_TRUE(feed.instruments());
  ASSERT_TRUE(feed.heartbeat(now_ns));
  for (int second = 0; second < 200; ++second) {
    std::vector<Tick> ticks;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const auto symbol = static_cast<std::uint32_t>(1 + random() % kSymbols.size());
      ticks.push_back(trade_tick(symbol, now_ns + i * kMillisecond, static_cast<std::int64_t>(95 + random() % 11) * kPriceScale));
    }
    if (second % 3 == 0)
      ticks.push_back(
          status_tick(static_cast<std::uint32_t>(2 + second % 7), now_ns, second % 2 == 0 ? StatusCode::kHalt : StatusCode::kResume));
    if (second == 60) feed.next_tick += 3;
    feed.send_ns = now_ns;
    ASSERT_TRUE(feed.ticks(ticks));
    ASSERT_TRUE(second != 90 || feed.ticks_at(feed.next_tick - 1, {ticks.back()}));
    now_ns += kSecond;
    ASSERT_TRUE(feed.heartbeat(now_ns));
  }
}

struct Outcome {
  pipeline::LiveReport report;
  std::vector<Record> records;  // without receive times
  std::vector<std::string> edges;
};

Outcome run_script(const std::map<std::string, std::string>& settings) {
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, must(config::load_config(write_config(folder, settings)))));
  HandFeed feed(context, engine->feed_endpoints().front());
  send_script(feed, new_york(9, 29, 50));
  Listener listener(context, engine->publish_endpoint(), {});
  EXPECT_TRUE(listener.listen_until([&] {  // it has taken all of it
    return !listener.heartbeats.empty() && listener.heartbeats.back().event_time_ns == new_york(9, 29, 50) + 200 * kSecond;
  }));
  Outcome outcome{.report = must(engine->stop()), .records = {}, .edges = {}};
  expect_accounts_balance(outcome.report);
  Recorded recorded = read_recording(outcome.report.recording);
  outcome.records = std::move(recorded.records);
  for (Record& record : outcome.records) record.recv_ns = 0;
  wire::SignalCodec codec;
  for (const std::string& block : recorded.edge_blocks) {
    wire::EdgeBatch batch;
    EXPECT_EQ(codec.decode(std::as_bytes(std::span(block)), batch), wire::Verdict::kOk);
    batch.header.recording_id = batch.header.send_ns = 0;
    const auto bytes = codec.encode(batch);
    outcome.edges.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  EXPECT_EQ(replay_of(outcome.report.recording).digest, outcome.report.digest);
  return outcome;
}

TEST(Wiring, EveryWiringGivesTheSameRecordingAndTheSameSignals) {
  const Outcome fused = run_script({{"pipeline.threads", "'fused'"}});
  EXPECT_EQ(fused.report.wiring, config::Threads::kFused);
  EXPECT_GT(fused.records.size(), 4'000U);
  EXPECT_GT(fused.edges.size(), 60U);
  std::vector<std::map<std::string, std::string>> others{{{"pipeline.threads", "'single'"}}};
  for (const char* threads : {"'single'", "'staged'"}) others.push_back({{"pipeline.threads", threads}, {"journal.durability", "'power'"}});
  for (const char* idle : {"'block'", "'backoff'", "'yield'"})
    others.push_back({{"pipeline.threads", "'staged'"}, {"pipeline.idle", idle}});
  for (const auto& settings : others) {
    SCOPED_TRACE(settings.rbegin()->second + " " + settings.begin()->second);
    const Outcome other = run_script(settings);
    EXPECT_EQ("'" + std::string(config::threads_name(other.report.wiring)) + "'", settings.at("pipeline.threads"));
    EXPECT_EQ(other.report.digest, fused.report.digest);
    ASSERT_EQ(other.records.size(), fused.records.size());
    EXPECT_EQ(std::memcmp(other.records.data(), fused.records.data(), fused.records.size() * sizeof(Record)), 0);
    EXPECT_EQ(other.edges, fused.edges);
  }
}

TEST(Wiring, WhatTheMachineCannotDoIsRefused) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::map<std::string, std::string>& settings) {
    const Finished finished = run_program(folder, {"run", "-c", write_config(folder, settings).string()});
    EXPECT_EQ(finished.code, 78) << finished.err;
    EXPECT_FALSE(fs::exists(folder / "recording"));
    return finished.err;
  };
  EXPECT_NE(refusal({{"pipeline.pin", "'core:4095'"}}).find("CPU 4095 for core does not exist here"), std::string::npos);
  if (std::thread::hardware_concurrency() >= 4) GTEST_SKIP() << "this machine has CPUs to spin on";
  EXPECT_NE(refusal({{"pipeline.idle", "'spin'"}}).find("pipeline.idle = \"spin\" needs 4 CPUs"), std::string::npos);
}

// The threads of a process by name.
std::map<std::string, pid_t> threads_of(pid_t process) {
  std::map<std::string, pid_t> threads;
  for (const fs::directory_entry& task : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string name = read_text(task.path() / "comm");
    if (!name.empty()) name.pop_back();
    if (name.starts_with("gs-")) threads[name] = std::stoi(task.path().filename().string());
  }
  return threads;
}

class Threads : public LoadedProcess {
 protected:
  void expect_threads(const char* wiring, const std::vector<std::string>& names) {
    start({{"pipeline.threads", "'" + std::string(wiring) + "'"}, {"pipeline.pin", "'core:0'"}});
    std::map<std::string, pid_t> threads;
    EXPECT_TRUE(wait_until([&] { return (threads = threads_of(program_->id())).size() == names.size(); }));
    for (const std::string& name : names) EXPECT_TRUE(threads.contains(name)) << name;
    const std::string status =
        read_text("/proc/" + std::to_string(program_->id()) + "/task/" + std::to_string(threads["gs-core"]) + "/status");
    EXPECT_NE(status.find("Cpus_allowed_list:\t0\n"), std::string::npos) << status;
    watch(10);
    program_->signal(SIGTERM);
    EXPECT_EQ(finish().code, 0);
  }
};

TEST_F(Threads, Single) { expect_threads("single", {"gs-core", "gs-sync", "gs-watch"}); }
TEST_F(Threads, Fused) { expect_threads("fused", {"gs-core", "gs-edge", "gs-sync", "gs-watch"}); }
TEST_F(Threads, Staged) { expect_threads("staged", {"gs-feed-hand", "gs-core", "gs-journal", "gs-publish", "gs-sync", "gs-watch"}); }

// One thread of another process, held as a debugger holds it.
class HeldThread {
 public:
  explicit HeldThread(pid_t thread) : thread_(thread) {
    int status = 0;
    if (::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) {
      error_ = errno;
    } else if (::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0 || ::waitpid(thread, &status, __WALL) != thread) {
      error_ = errno;
    }
  }
  ~HeldThread() { let_go(); }
  void let_go() {
    if (error_ == 0 && thread_ != 0) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
    thread_ = 0;
  }
  int error() const { return error_; }

 private:
  pid_t thread_;
  int error_ = 0;
};

struct Hang {
  const char* wiring;
  const char* thread;
  std::vector<std::string> stages;  // that share the thread: named is the one that it stands in
};
class Watched : public LoadedProcess, public ::testing::WithParamInterface<Hang> {};

TEST_P(Watched, AThreadThatStandsStillIsNamedUntilItMoves) {
  const Hang hang = GetParam();
  const fs::path config = write_config(
      folder_, {{"pipeline.threads", "'" + std::string(hang.wiring) + "'"}, {"pipeline.stall", "'1s'"}, {"log.level", "'info'"}});
  program_ = std::make_unique<Program>(folder_, std::vector<std::string>{"run", "-c", config.string(), "--json"});
  ASSERT_TRUE(program_->says("running")) << program_->err();
  listener_ = std::make_unique<Listener>(context_, endpoint_in(folder_, "signals"), std::vector<std::string>{"K.", "E.", "O."});
  ASSERT_TRUE(listener_->joined());
  load_ = std::make_unique<Load>(context_, endpoint_in(folder_, "feed"));
  watch(5);
  const auto still = [](const std::string& stage) { return "stage '" + stage + "' has work and has not moved"; };
  std::string named;
  EXPECT_EQ(program_->err().find("has not moved"), std::string::npos) << program_->err();
  {
    HeldThread held(threads_of(program_->id())[hang.thread]);
    if (held.error() != 0) GTEST_SKIP() << "cannot hold a thread: " << std::strerror(held.error());
    ASSERT_TRUE(program_->says("has not moved")) << program_->err();
    for (const std::string& stage : hang.stages)
      if (program_->err().find(still(stage)) != std::string::npos) named = stage;
    ASSERT_FALSE(named.empty()) << program_->err();
    const bool publishes = std::find(hang.stages.begin(), hang.stages.end(), "publish") != hang.stages.end();
    if (!publishes) {
      ASSERT_TRUE(listener_->listen_until([&] { return listener_->heartbeats.back().state == wire::EngineState::kDegraded; }));
      ASSERT_TRUE(listener_->listen_until([&] { return listener_->told(wire::Severity::kError, "pipeline", still(named)); }));
    }
    EXPECT_EQ(program_->err().find("moves again"), std::string::npos);
  }
  const std::string moves = "stage '" + named + "' moves again";
  // First, and without a pause: what waited comes all at once now, and a listener that does not take it loses some.
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->told(wire::Severity::kInfo, "pipeline", moves); }));
  ASSERT_TRUE(program_->says(moves)) << program_->err();
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->heartbeats.back().state == wire::EngineState::kRunning; }));
  const std::size_t before = listener_->edges.size();
  watch(before + 5);
  program_->signal(SIGTERM);
  const Finished finished = finish();
  EXPECT_EQ(finished.code, 0) << finished.err;
  std::map<std::string, json> stalls;
  const json told = json::parse(finished.out)["pipeline"]["stalls"];
  for (const json& each : told) stalls[each["stage"]] = each;
  ASSERT_TRUE(stalls.contains(named)) << told;
  EXPECT_GE(stalls[named]["longest_ms"], 400);
  // A disk that takes longer than a second for what others write too makes those stand still who wait for it, and nobody else.
  for (const auto& [stage, stall] : stalls) {
    if (stage == "sync" || (stage == "journal" && stalls.contains("sync"))) continue;
    EXPECT_EQ(stage, named) << finished.err;
    EXPECT_EQ(stall["count"], 1);
    EXPECT_EQ(finished.err.find(still(stage)), finished.err.rfind(still(stage))) << "told once\n" << finished.err;
  }
  expect_heard_is_recorded(folder_ / "recording");
}

INSTANTIATE_TEST_SUITE_P(EachStage, Watched,
                         ::testing::Values(Hang{"staged", "gs-feed-hand", {"feed:hand"}}, Hang{"staged", "gs-core", {"core"}},
                                           Hang{"staged", "gs-journal", {"journal"}}, Hang{"staged", "gs-publish", {"publish"}},
                                           Hang{"fused", "gs-core", {"feed:hand", "core"}},
                                           Hang{"single", "gs-core", {"feed:hand", "core", "journal", "publish"}}),
                         [](const auto& hang) {
                           return std::string(hang.param.wiring) + "_" + std::string(hang.param.thread).substr(3, 4);
                         });

TEST_F(LoadedProcess, TailShowsWhatOperatorsAreTold) {
  start();
  Program tail(folder_,
               {"tail", "--endpoint", endpoint_in(folder_, "signals"), "--any-mode", "--operations", "--json", "--type", "THRUST"});
  load_.reset();  // the feed falls silent
  ASSERT_TRUE(program_->says("is dead")) << program_->err();
  ASSERT_TRUE(wait_until([&] { return tail.out().find("is dead") != std::string::npos; })) << tail.out() << tail.err();
  std::istringstream lines(tail.out());
  bool dead = false;
  for (std::string line; std::getline(lines, line);) {
    const json operation = json::parse(line, nullptr, false);
    ASSERT_TRUE(operation.is_object()) << line;
    dead |= operation["severity"] == "E" && operation["component"] == "feed" && operation["node"] == "gs1";
  }
  EXPECT_TRUE(dead) << tail.out();
  tail.signal(SIGTERM);
  EXPECT_EQ(tail.finish().code, 0);
}

}  // namespace
}  // namespace groundswell::test
