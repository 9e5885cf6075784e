// Counters as Prometheus reads them: what is there comes out under its name, what is not is left out, and nothing a node says breaks a
// line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "metrics/prometheus.hpp"

namespace groundswell::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kStats = R"({"schema":"groundswell.run/1","node":"gs1","state":"degraded","mode":"live",
  "event_time_ns":1795185000500000000,
  "feeds":[{"name":"itch","ticks":{"in":12,"lost":3,"gaps":1,"rejected":{"future":2,"price":0}},"frames":{"refused":{"malformed":4}},
    "last_tick_ns":1795185000250000000,"clock_offset_ms":-1.5,
    "lines":[{"last_frame_ns":1795185000000000000,"silences":5},{"last_frame_ns":null,"silences":6}]}],
  "rings":[{"ring":"levels","depth":7,"capacity":4096,"waits":8}],
  "journal":{"appended_jseq":100,"synced_jseq":90,"bytes":6400},
  "events":{"THRUST":2,"COMMIT":1},
  "latency":{"tick_to_event":{"count":5,"sum_s":0.25,"buckets":[[0.001,1],[0.01,4],[10.0,5]]},
    "stages":{"core":{"count":1,"sum_s":0.5,"buckets":[[1.0,1]]}}}})";

TEST(Prometheus, WhatANodeSaysComesOutInBaseUnits) {
  const std::string text = prometheus_text(kStats, {.version = "0.1.0", .compiler = "GNU 12", .ws_sessions = 2});
  for (const char* line : {"groundswell_build_info{version=\"0.1.0\",compiler=\"GNU 12\"} 1\n",
                           "groundswell_up 1\n",
                           "groundswell_event_timestamp_seconds 1795185000.5\n",
                           "groundswell_node_state{state=\"degraded\"} 1\n",
                           "groundswell_node_state{state=\"running\"} 0\n",
                           "groundswell_ticks_received_total{feed=\"itch\"} 12\n",
                           "groundswell_ticks_rejected_total{feed=\"itch\",reason=\"future\"} 2\n",
                           "groundswell_feed_gaps_total{feed=\"itch\"} 1\n",
                           "groundswell_feed_last_tick_timestamp_seconds{feed=\"itch\"} 1795185000.25\n",
                           "groundswell_feed_clock_offset_seconds{feed=\"itch\"} -0.0015\n",
                           "groundswell_feed_line_last_frame_timestamp_seconds{feed=\"itch\",line=\"A\"} 1795185000\n",
                           "groundswell_feed_line_silences_total{feed=\"itch\",line=\"B\"} 6\n",
                           "groundswell_ring_depth{ring=\"levels\"} 7\n",
                           "groundswell_ring_refusals_total{ring=\"levels\"} 8\n",
                           "groundswell_journal_bytes_total 6400\n",
                           "groundswell_signal_events_total{type=\"THRUST\"} 2\n",
                           "# TYPE groundswell_tick_to_event_seconds histogram\n",
                           "groundswell_tick_to_event_seconds_bucket{le=\"0.01\"} 4\n",
                           "groundswell_tick_to_event_seconds_bucket{le=\"+Inf\"} 5\n",
                           "groundswell_tick_to_event_seconds_sum 0.25\n",
                           "groundswell_stage_duration_seconds_count{stage=\"core\"} 1\n",
                           "groundswell_ws_sessions 2\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("line=\"B\"} 0"))) << "a line without a frame has no time";
  EXPECT_THAT(text, Not(HasSubstr("subscriber"))) << "an engine has no streams";
  EXPECT_THAT(text, Not(HasSubstr("ws_conflated")));
}

TEST(Prometheus, WhatIsNoNodeIsDown) {
  for (const char* stats : {"", "{", "null", "[]", "7", "{}", R"({"schema":7})", R"({"schema":"other/1"})",
                            R"({"schema":"groundswell.run/1","feeds":[3]})", R"({"schema":"groundswell.run/1","state":[]})",
                            R"({"schema":"groundswell.run/1","latency":{"tick_to_event":{"count":"many","buckets":[]}}})",
                            R"({"schema":"groundswell.run/1","latency":{"tick_to_event":{"count":1,"buckets":[[1]]}}})"}) {
    const std::string text = prometheus_text(stats, {.scrape_errors = 9});
    EXPECT_THAT(text, HasSubstr("groundswell_up 0\n")) << stats;
    EXPECT_THAT(text, HasSubstr("groundswell_scrape_errors_total 9\n")) << stats;
    EXPECT_THAT(text, Not(HasSubstr("node_state"))) << stats;
  }
}

TEST(Prometheus, LabelsAreEscaped) {
  const std::string text =
      prometheus_text(R"({"schema":"groundswell.run/1","node":"a\"b\\c\nd","feeds":[{"name":"x\"} 1\ny","ticks":{"in":1}}]})", {});
  EXPECT_THAT(text, HasSubstr(R"(node="a\"b\\c\nd")"));
  EXPECT_THAT(text, HasSubstr(R"(groundswell_ticks_received_total{feed="x\"} 1\ny"} 1)"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.starts_with("# ") || line.starts_with("groundswell_")) << line;
}

}  // namespace
}  // namespace groundswell::metrics
