#include "metrics/prometheus.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

namespace groundswell::metrics {
namespace {

using Json = nlohmann::json;
using Labels = std::vector<std::pair<std::string, std::string>>;
using Type = prometheus::MetricType;

const Json& at(const Json& object, const char* path) {
  static const Json kNone;
  const Json::json_pointer pointer(path);
  return object.contains(pointer) ? object.at(pointer) : kNone;
}

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

// The families in the order in which they are first written to; one of which nothing is known is not there at all.
class Families {
 public:
  // Whatever is no number is left out. `unit`: what one of the number is, in the unit of the name.
  void put(Type type, const char* name, const char* help, const Json& value, const Labels& labels = {}, double unit = 1.0) {
    if (!value.is_number()) return;
    prometheus::ClientMetric metric = labelled(labels);
    (type == Type::Counter ? metric.counter.value : metric.gauge.value) = value.get<double>() * unit;
    family(type, name, help).metric.push_back(std::move(metric));
  }
  // An object of numbers, each under its own key as a label.
  void put_each(const char* name, const char* help, const Json& counts, Labels labels, const char* key) {
    for (const auto& [label, value] : counts.items()) {
      labels.emplace_back(key, label);
      put(Type::Counter, name, help, value, labels);
      labels.pop_back();
    }
  }
  void put_histogram(const char* name, const char* help, const Json& histogram, const Labels& labels = {}) {
    if (!histogram.is_object() || !at(histogram, "/buckets").is_array()) return;
    prometheus::ClientMetric metric = labelled(labels);
    metric.histogram.sample_count = histogram.value("count", std::uint64_t{0});
    metric.histogram.sample_sum = histogram.value("sum_s", 0.0);
    for (const Json& bucket : histogram["buckets"])
      metric.histogram.bucket.push_back({.cumulative_count = bucket.at(1).get<std::uint64_t>(), .upper_bound = bucket.at(0).get<double>()});
    metric.histogram.bucket.push_back(
        {.cumulative_count = metric.histogram.sample_count, .upper_bound = std::numeric_limits<double>::infinity()});
    family(Type::Histogram, name, help).metric.push_back(std::move(metric));
  }
  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  prometheus::MetricFamily& family(Type type, const char* name, const char* help) {
    for (prometheus::MetricFamily& known : families_) {
      if (known.name == name) return known;
    }
    return families_.emplace_back(prometheus::MetricFamily{name, help, type, {}});
  }
  std::vector<prometheus::MetricFamily> families_;
};

struct Scalar {
  Type type;
  const char* name;
  const char* help;
  const char* path;  // in the node's counters
  double unit = 1.0;
};
constexpr Scalar kScalars[] = {
    {Type::Gauge, "groundswell_event_timestamp_seconds", "Event time: when the newest record says that it happened", "/event_time_ns",
     1e-9},
    {Type::Gauge, "groundswell_baskets_stale", "Baskets with a member that is silent for longer than it usually is", "/baskets_stale"},
    {Type::Counter, "groundswell_records_total", "Records folded", "/fold/records"},
    {Type::Counter, "groundswell_levels_published_total", "Numbers of scopes published", "/out/levels_published"},
    {Type::Counter, "groundswell_levels_conflated_total", "Numbers overwritten by newer ones before they were published",
     "/out/levels_conflated"},
    {Type::Counter, "groundswell_journal_appended_records_total", "Records taken into the recording", "/journal/appended_jseq"},
    {Type::Counter, "groundswell_journal_synced_records_total", "Of them those on the disk", "/journal/synced_jseq"},
    {Type::Counter, "groundswell_journal_bytes_total", "Bytes of the recording", "/journal/bytes"},
    {Type::Counter, "groundswell_stage_stalls_total", "Times that a stage began to stand still", "/pipeline/stalls_begun"},
    {Type::Counter, "groundswell_operations_dropped_total", "Words to operators that were dropped", "/pipeline/operations_dropped"},
    {Type::Gauge, "groundswell_upstream_joined", "1 when the relay has joined the node before it", "/upstream/joined"},
    {Type::Counter, "groundswell_upstream_lost_events_total", "Events that nobody upstream has any more", "/upstream/lost_edges"},
    {Type::Gauge, "groundswell_subscribers", "Streams with credit that are open", "/streams/open"},
    {Type::Counter, "groundswell_subscriber_drops_total", "Streams cut because the subscriber was too slow", "/streams/cut"},
    {Type::Counter, "groundswell_stream_messages_total", "Messages sent on streams", "/streams/messages"},
    {Type::Counter, "groundswell_stream_conflated_total", "Levels overwritten on streams before they were sent", "/streams/conflated"},
    {Type::Counter, "process_cpu_seconds_total", "CPU time of the node, user and system", "/process/cpu_s"},
    {Type::Gauge, "process_resident_memory_bytes", "Resident memory of the node", "/process/resident_bytes"},
    {Type::Gauge, "process_virtual_memory_bytes", "Virtual memory of the node", "/process/virtual_bytes"},
    {Type::Gauge, "process_open_fds", "Open files of the node", "/process/open_files"},
    {Type::Gauge, "process_max_fds", "How many files the node may open", "/process/max_files"},
    {Type::Gauge, "process_start_time_seconds", "When the node started, since 1970", "/process/start_time_s"},
};

void put_feed(Families& to, const Json& feed) {
  const Labels of_feed{{"feed", feed.value("name", "")}};
  to.put(Type::Counter, "groundswell_ticks_received_total", "Ticks received, of all lines and fills", at(feed, "/ticks/in"), of_feed);
  to.put(Type::Counter, "groundswell_ticks_before_names_total", "Ticks not taken: the names of their ids had not come",
         at(feed, "/ticks/before_names"), of_feed);
  to.put_each("groundswell_ticks_rejected_total", "Ticks that became no record, by reason", at(feed, "/ticks/rejected"), of_feed, "reason");
  to.put(Type::Counter, "groundswell_ticks_lost_total", "Ticks that no line and no fill brought", at(feed, "/ticks/lost"), of_feed);
  to.put(Type::Counter, "groundswell_feed_gaps_total", "Runs of lost ticks", at(feed, "/ticks/gaps"), of_feed);
  to.put_each("groundswell_frames_refused_total", "Frames that are no message, by reason", at(feed, "/frames/refused"), of_feed, "reason");
  to.put(Type::Gauge, "groundswell_feed_last_tick_timestamp_seconds", "When its last ticks were received", at(feed, "/last_tick_ns"),
         of_feed, 1e-9);
  to.put(Type::Gauge, "groundswell_feed_clock_offset_seconds", "Clock of this machine less that of the sender, way included",
         at(feed, "/clock_offset_ms"), of_feed, 1e-3);
  std::size_t number = 0;
  for (const Json& line : at(feed, "/lines")) {
    const Labels of_line{{"feed", feed.value("name", "")}, {"line", std::string(1, static_cast<char>('A' + number++ % 26))}};
    to.put(Type::Gauge, "groundswell_feed_line_last_frame_timestamp_seconds", "When its last frame was received",
           at(line, "/last_frame_ns"), of_line, 1e-9);
    to.put(Type::Counter, "groundswell_feed_line_silences_total", "Times without a frame for as long as makes a line dead",
           at(line, "/silences"), of_line);
  }
}

void put_node(Families& to, const Json& stats) {
  for (const Scalar& each : kScalars) {
    const Json& value = at(stats, each.path);
    to.put(each.type, each.name, each.help, value.is_boolean() ? Json(value.get<bool>() ? 1 : 0) : value, {}, each.unit);
  }
  const std::string state = stats.value("state", "");
  for (const char* each : {"starting", "running", "degraded", "stopping"})
    to.put(Type::Gauge, "groundswell_node_state", "1 for the state that the node is in", state == each ? 1 : 0, {{"state", each}});
  to.put(Type::Gauge, "groundswell_node_info", "The node that answered", 1,
         {{"node", stats.value("node", "")}, {"schema", stats.value("schema", "")}, {"mode", stats.value("mode", "")}});
  for (const Json& feed : at(stats, "/feeds")) put_feed(to, feed);
  for (const Json& ring : at(stats, "/rings")) {
    const Labels of_ring{{"ring", ring.value("ring", "")}};
    to.put(Type::Gauge, "groundswell_ring_depth", "Slots in use between two stages", at(ring, "/depth"), of_ring);
    to.put(Type::Gauge, "groundswell_ring_capacity", "Slots there are", at(ring, "/capacity"), of_ring);
    to.put(Type::Counter, "groundswell_ring_refusals_total", "Times that there was no room", at(ring, "/waits"), of_ring);
  }
  to.put_histogram("groundswell_tick_to_event_seconds", "From the receipt of what caused an event or level to its publication",
                   at(stats, "/latency/tick_to_event"));
  to.put_histogram("groundswell_journal_sync_seconds", "How long fdatasync took", at(stats, "/latency/journal_sync"));
  for (const auto& [stage, histogram] : at(stats, "/latency/stages").items())
    to.put_histogram("groundswell_stage_duration_seconds", "How long a stage's steps took that did some work", histogram,
                     {{"stage", stage}});
  to.put_each("groundswell_signal_events_total", "Events published, by type", at(stats, "/events"), {}, "type");
  to.put_each("groundswell_control_requests_total", "Questions to the node, by kind", at(stats, "/control/asked"), {}, "kind");
  to.put_each("groundswell_control_refused_total", "Questions refused, by status", at(stats, "/control/refused"), {}, "status");
}

void put_if(Families& to, Type type, const char* name, const char* help, const std::optional<std::uint64_t>& value) {
  if (value) to.put(type, name, help, *value);
}

}  // namespace

std::string prometheus_text(std::string_view stats_json, const Extra& extra) {
  Families families, of_node;
  bool is_up = false;
  try {
    const Json stats = Json::parse(stats_json);
    is_up = stats.value("schema", "").starts_with("groundswell.");
    if (is_up) put_node(of_node, stats);
  } catch (const Json::exception&) {  // no counters, or what no node of ours says
    is_up = false;
    of_node = {};
  }
  if (!extra.version.empty()) {
    families.put(Type::Gauge, "groundswell_build_info", "The program that says this", 1,
                 {{"version", extra.version}, {"compiler", extra.compiler}});
  }
  families.put(Type::Gauge, "groundswell_up", "1 when the node answered", is_up ? 1 : 0);
  put_if(families, Type::Gauge, "groundswell_ws_sessions", "WebSocket sessions that are open", extra.ws_sessions);
  put_if(families, Type::Counter, "groundswell_ws_conflated_total", "Messages to WebSockets overwritten before they were sent",
         extra.ws_conflated);
  put_if(families, Type::Counter, "groundswell_ws_too_slow_total", "WebSockets closed because too much waited for them", extra.ws_too_slow);
  put_if(families, Type::Counter, "groundswell_http_requests_total", "HTTP requests, upgrades to WebSockets among them",
         extra.http_requests);
  put_if(families, Type::Counter, "groundswell_http_refused_total", "HTTP requests that a rule stopped", extra.http_refused);
  put_if(families, Type::Counter, "groundswell_scrape_errors_total", "Times that the node did not answer", extra.scrape_errors);
  return families.text() + of_node.text();
}

}  // namespace groundswell::metrics
