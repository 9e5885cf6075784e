// The metrics of a running engine and relay: their names are fixed by a file, promtool finds nothing wrong with them, they agree with what
// was done, and dashboard and alerts ask for nothing else. GROUNDSWELL_REGENERATE=1 writes the file anew.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "base/clock.hpp"
#include "metrics/prometheus.hpp"
#include "support/engine_fixture.hpp"
#include "support/process.hpp"
#include "support/running_relay.hpp"

namespace groundswell::test {
namespace {

const fs::path kSource = GROUNDSWELL_SOURCE_DIR;

// "name type" of each family, sorted.
std::set<std::string> families_of(const std::string& text) {
  std::set<std::string> families;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) families.insert(line.substr(7));
  }
  return families;
}
std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with('#') && space != std::string::npos) samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

class Metrics : public EngineTest {
 protected:
  // An engine that has published edges, and a relay behind it; the text of both and of what a web process adds.
  void run_both() {
    start({{"journal.durability", "'power'"}});
    RunningRelay relay(context_, {.upstream = engine_->publish_endpoint(),
                                  .upstream_control = engine_->control_endpoint(),
                                  .publish = endpoint_in(folder_, "relay"),
                                  .control = endpoint_in(folder_, "relay.control")});
    open_market(new_york(10));
    for (int i = 0; i < 20; ++i) expect_alive();
    ASSERT_TRUE(feed_->heartbeat(now_ns_));
    ASSERT_TRUE(wait_until([&] {
      return samples_of(engine_text_ = status("signals"))["groundswell_ticks_received_total{feed=\"hand\"}"] == 21;
    })) << engine_text_;
    ASSERT_TRUE(wait_until([&] { return samples_of(relay_text_ = status("relay"))["groundswell_upstream_joined"] == 1; })) << relay_text_;
    extra_text_ = metrics::prometheus_text(R"({"schema":"groundswell.run/1","feeds":[{"name":"of a live sender","clock_offset_ms":1}]})",
                                           {.version = "1",
                                            .compiler = "c",
                                            .ws_sessions = 1,
                                            .ws_conflated = 2,
                                            .ws_too_slow = 3,
                                            .http_requests = 4,
                                            .http_refused = 5,
                                            .scrape_errors = 6});
  }
  std::string status(const std::string& endpoint) {
    const Finished finished = run_program(folder_, {"status", "--prometheus", "--endpoint", endpoint_in(folder_, endpoint)});
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.out;
  }
  std::string engine_text_, relay_text_, extra_text_;
};

TEST_F(Metrics, AreNamedAsTheFileSaysAndCountWhatWasDone) {
  run_both();
  std::set<std::string> families = families_of(engine_text_);
  for (const std::string* text : {&relay_text_, &extra_text_}) families.merge(families_of(*text));
  std::string list;
  for (const std::string& family : families) list += family + "\n";
  const fs::path golden = kSource / "tests/golden/metrics.txt";
  if (const char* const wish = std::getenv("GROUNDSWELL_REGENERATE"); wish != nullptr) write_text(golden, list);
  EXPECT_EQ(list, read_text(golden)) << "names are a contract with dashboards and alerts";

  const std::map<std::string, double> samples = samples_of(engine_text_);
  EXPECT_EQ(samples.at("groundswell_up"), 1);
  EXPECT_EQ(samples.at("groundswell_signal_events_total{type=\"HALT_MEMBER\"}"), 21);
  EXPECT_EQ(samples.at("groundswell_node_state{state=\"running\"}"), 1);
  EXPECT_GT(samples.at("groundswell_journal_bytes_total"), 0);
  EXPECT_GT(samples.at("groundswell_feed_last_tick_timestamp_seconds{feed=\"hand\"}"), 1.7e9);
  EXPECT_GT(samples.at("groundswell_feed_line_last_frame_timestamp_seconds{feed=\"hand\",line=\"A\"}"), 1.7e9);
  EXPECT_GT(samples.at("groundswell_tick_to_event_seconds_count"), 20);
  EXPECT_EQ(samples.at("groundswell_tick_to_event_seconds_bucket{le=\"+Inf\"}"), samples.at("groundswell_tick_to_event_seconds_count"));
  for (const char* stage : {"core", "journal", "publish", "sync", "feed:hand"})
    EXPECT_GT(samples.at("groundswell_stage_duration_seconds_count{stage=\"" + std::string(stage) + "\"}"), 0) << stage;
  EXPECT_GT(samples.at("groundswell_journal_sync_seconds_count"), 0);
  for (const char* ring : {"feed:hand", "journal", "edges", "levels"})
    EXPECT_GE(samples.at("groundswell_ring_capacity{ring=\"" + std::string(ring) + "\"}"), 1 << 14) << ring;
  EXPECT_GT(samples.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(samples.at("process_start_time_seconds"), 1.7e9);
  EXPECT_GT(samples.at("process_open_fds"), 5);

  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.latency.tick_to_event.count, report.published.edges + report.published.level_batches) << "each was measured once";
  EXPECT_EQ(report.published.edges, sum(report.published.edges_by_type));
  const auto parsed = nlohmann::json::parse(report.json());
  const auto& buckets = parsed["latency"]["tick_to_event"]["buckets"];
  ASSERT_EQ(buckets.size(), 22U);
  for (std::size_t i = 0; i + 1 < buckets.size(); ++i) {
    EXPECT_LT(buckets[i][0], buckets[i + 1][0]);
    EXPECT_LE(buckets[i][1], buckets[i + 1][1]);
  }
  EXPECT_LE(parsed["latency"]["tick_to_event"]["p50_us"], parsed["latency"]["tick_to_event"]["p99_us"]);
  EXPECT_LE(parsed["latency"]["tick_to_event"]["p999_us"], parsed["latency"]["tick_to_event"]["max_us"]);
  EXPECT_GE(parsed["feeds"][0]["last_tick_age_ms"], 0);
  EXPECT_EQ(parsed["feeds"][0]["lines"][0]["limit_ms"], 3'000);
  EXPECT_TRUE(parsed["feeds"][0]["clock_offset_ms"].is_null()) << "a simulated market has its own clock";
}

TEST_F(Metrics, PromtoolFindsNothingWrong) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  run_both();
  for (const std::string* text : {&engine_text_, &relay_text_, &extra_text_}) {
    write_text(folder_ / "metrics", *text);
    const std::string command =
        "promtool check metrics < '" + (folder_ / "metrics").string() + "' > '" + (folder_ / "said").string() + "' 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read_text(folder_ / "said") << *text;
    EXPECT_EQ(read_text(folder_ / "said"), "");
  }
  stop();
}

// The way of a message takes time, so the offset is never less than it really is.
TEST_F(Metrics, TheClockOfALiveSenderIsComparedWithOurs) {
  start();
  wire::FeedEncoder encoder;
  const std::int64_t behind_ms = 250;
  const auto now_ns = static_cast<std::uint64_t>(wall_clock_ns());
  ASSERT_TRUE(feed_->instruments());
  ASSERT_TRUE(feed_->send(encoder.encode(wire::FeedHeartbeat{.feed_epoch = feed_->feed_epoch,
                                                             .next_tick = 1,
                                                             .market_time_ns = now_ns,
                                                             .send_ns = now_ns - behind_ms * kMillisecond,
                                                             .feed = 1,
                                                             .line = 0,
                                                             .mode = wire::Mode::kLive})));
  nlohmann::json offset;
  ASSERT_TRUE(wait_until([&] {
    const Finished finished = run_program(folder_, {"status", "--json", "--endpoint", endpoint_in(folder_, "signals")});
    offset = nlohmann::json::parse(finished.out).value(nlohmann::json::json_pointer("/feeds/0/clock_offset_ms"), nlohmann::json());
    return offset.is_number();
  }));
  EXPECT_GE(offset.get<double>(), behind_ms);
  stop();
}

TEST_F(Metrics, ANodeThatIsNotThereIsDown) {
  const Finished finished = run_program(folder_, {"status", "--prometheus", "--endpoint", endpoint_in(folder_, "signals")});
  EXPECT_EQ(finished.code, 69);
  EXPECT_NE(finished.out.find("groundswell_up 0\n"), std::string::npos) << finished.out;
  EXPECT_NE(finished.err.find("nobody answers"), std::string::npos) << finished.err;
}

// Whatever dashboard, alerts and the page of names ask for exists; and the page has every name.
TEST(MetricNames, DashboardAlertsAndPageKnowThoseThereAre) {
  std::set<std::string> known;
  std::istringstream list(read_text(kSource / "tests/golden/metrics.txt"));
  for (std::string name, type; list >> name >> type;) {
    known.insert(name);
    if (type == "histogram") known.insert({name + "_bucket", name + "_sum", name + "_count"});
  }
  ASSERT_GT(known.size(), 30U);
  const std::regex word("\\b(groundswell|process)_[a-z0-9_]+\\b");
  const auto names_in = [&](const std::string& text) {
    std::set<std::string> names;
    for (std::sregex_iterator each(text.begin(), text.end(), word), end; each != end; ++each) names.insert(each->str());
    return names;
  };
  for (const char* file : {"deploy/grafana/groundswell.json", "deploy/prometheus/alerts.yml", "deploy/prometheus/alerts_test.yml"}) {
    const std::set<std::string> names = names_in(read_text(kSource / file));
    EXPECT_GE(names.size(), 8U) << file;
    for (const std::string& name : names) EXPECT_TRUE(known.contains(name)) << file << ": there is no " << name;
  }
  const std::set<std::string> on_page = names_in(read_text(kSource / "docs/operation.md"));
  for (const std::string& name : on_page) EXPECT_TRUE(known.contains(name)) << "docs/operation.md: there is no " << name;
  std::istringstream again(read_text(kSource / "tests/golden/metrics.txt"));
  for (std::string name, type; again >> name >> type;) EXPECT_TRUE(on_page.contains(name)) << "docs/operation.md lacks " << name;
  const auto dashboard = nlohmann::json::parse(read_text(kSource / "deploy/grafana/groundswell.json"), nullptr, false);
  ASSERT_TRUE(dashboard.is_object());
  std::set<int> ids;
  for (const auto& panel : dashboard["panels"]) EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second);
}

}  // namespace
}  // namespace groundswell::test
