// The program as a child process under load: an engine that is fed without end and listened to.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "support/engine_fixture.hpp"
#include "support/process.hpp"

namespace groundswell::test {

using nlohmann::json;

// A folder to run the program in.
class ProcessTest : public ::testing::Test {
 protected:
  std::vector<std::string> run_words(const std::map<std::string, std::string>& settings = {}) {
    return {"run", "-c", write_config(folder_, settings).string()};
  }
  Finished run(const std::vector<std::string>& words) { return run_program(folder_, words); }
  TemporaryFolder folder_;
};

// Ticks, halts and resumptions without end, some tens of thousands a second, until it is stopped or nobody takes them any more.
class Load {
 public:
  Load(net::Context& context, const std::string& endpoint) : thread_([this, &context, endpoint] { run(context, endpoint); }) {}
  ~Load() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run(net::Context& context, const std::string& endpoint) {
    HandFeed feed(context, endpoint);
    std::uint64_t now_ns = new_york(10);
    feed.send_ns = now_ns;
    if (!feed.instruments() || !feed.heartbeat(now_ns)) return;
    std::vector<Tick> ticks;
    for (std::uint32_t batch = 0; !stop_; ++batch) {
      ticks.clear();
      for (std::uint32_t i = 0; i < 64; ++i) {
        now_ns += kMillisecond;
        ticks.push_back(trade_tick(1 + i % 9, now_ns, (100 + (batch + i) % 7) * kPriceScale));
      }
      ticks.push_back(status_tick(1 + batch % 9, now_ns, batch / 9 % 2 == 0 ? StatusCode::kHalt : StatusCode::kResume));
      feed.send_ns = now_ns;
      const auto frame = feed.encode(feed.next_tick, ticks);
      while (!stop_ && !feed.try_send(frame)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      feed.next_tick += ticks.size();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// An engine as a child process, under load, watched.
class LoadedProcess : public ProcessTest {
 protected:
  void start(const std::map<std::string, std::string>& settings = {}) {
    program_ = std::make_unique<Program>(folder_, run_words(settings));
    ASSERT_TRUE(program_->says("running")) << program_->err();
    listener_ = std::make_unique<Listener>(context_, endpoint_in(folder_, "signals"), std::vector<std::string>{"K.", "E."});
    ASSERT_TRUE(listener_->joined());
    load_ = std::make_unique<Load>(context_, endpoint_in(folder_, "feed"));
  }
  void watch(std::size_t edges) {
    ASSERT_TRUE(listener_->listen_until([&] { return listener_->edges.size() >= edges || program_->ended(); }));
  }
  Finished finish() {
    const Finished finished = program_->finish();
    load_.reset();
    while (listener_->listen(100)) {  // what it sent before it ended
    }
    return finished;
  }
  // Journal before the world: whatever came out is in the recording, and comes out of its replay again.
  void expect_heard_is_recorded(const fs::path& recording) {
    ASSERT_FALSE(listener_->edges.empty());
    const Recorded recorded = read_recording(recording);
    const std::set<std::string> blocks(recorded.edge_blocks.begin(), recorded.edge_blocks.end());
    std::uint64_t missing = 0;
    for (const Listener::HeardEdge& heard : listener_->edges) missing += blocks.count(heard.bytes) == 0;
    EXPECT_EQ(missing, 0U) << "of " << listener_->edges.size();
    const Finished replayed = run({"replay", recording.string(), "--events", "-"});
    EXPECT_EQ(replayed.code, 0) << replayed.err;
    std::map<std::uint64_t, std::string> ids;
    std::istringstream lines(replayed.out);
    for (std::string line; std::getline(lines, line);) {
      const json event = json::parse(line);
      ids[event["eseq"]] = event["event_id"];
    }
    for (const Listener::HeardEdge& heard : listener_->edges) {
      const Edge& edge = heard.edge();
      ASSERT_EQ(ids[edge.eseq], fmt::format("{:016x}{:016x}", edge.event_id.hi, edge.event_id.lo));
    }
  }

  net::Context context_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Load> load_;
};

}  // namespace groundswell::test
