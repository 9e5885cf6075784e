#include "pipeline/publish_stage.hpp"

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kMessagesPerStep = 256;

}  // namespace

PublishStage::PublishStage(publish::Publisher& publisher, EdgeLink& edges, Ring<OutputCell>& levels, ShadowLink& shadow,
                           const std::atomic<std::uint64_t>& safe_jseq, std::vector<wire::NextNumbers> first,
                           std::vector<wire::NextNumbers> first_of_shadow, Operations& operations, const EngineStatus& status,
                           EngineControl& control)
    : Stage("publish"),
      publisher_(publisher),
      edges_(edges),
      levels_(levels),
      shadow_(shadow),
      safe_jseq_(safe_jseq),
      next_(std::move(first)),
      next_of_shadow_(std::move(first_of_shadow)),
      operations_(operations),
      status_(status),
      control_(control) {}

void PublishStage::measure(std::int64_t cause_recv_ns) noexcept {
  if (cause_recv_ns > 0) tick_to_event_.record(wall_clock_ns() - cause_recv_ns);
}

void PublishStage::publish(const EdgeLink::Item& item) {
  if (item.edge == nullptr) {
    const Catalog catalog = edges_.take_catalog();
    while (next_.size() < catalog.scopes.size()) {
      const std::uint64_t eseq = next_.empty() ? 1 : next_.front().eseq;
      next_.push_back({.universe = 0, .scope = static_cast<std::uint16_t>(next_.size()), .eseq = eseq, .scope_seq = 1, .level_seq = 1});
    }
    publisher_.set_catalog(catalog);
  } else {
    publisher_.edge(*item.edge, item.encoded);
    measure(item.cause_recv_ns);
    for (wire::NextNumbers& each : next_) each.eseq = item.edge->eseq + 1;
    next_[item.edge->scope].scope_seq = item.edge->scope_seq + 1;
  }
  edges_.pop();
}

void PublishStage::publish(const OutboxReceiver::Message& message) {
  publisher_.levels({.header = {.session = message.head->session, .scope = message.head->scope},
                     .level_seq = message.head->level_seq,
                     .ts_event_ns = message.head->ts_event_ns,
                     .cause_jseq = message.head->cause_jseq,
                     .clock = message.head->clock,
                     .roster = message.head->roster,
                     .levels = {message.levels, message.head->count}},
                    wall_clock_ns());
  measure(message.head->cause_recv_ns);
  next_[message.head->scope].level_seq = message.head->level_seq + 1;
  levels_.pop();
}

// In the order of their causes. The edge is looked at before the levels: when it is here, the levels of earlier records are too. And what
// is safe before the edge: all edges and catalogs up to there are here then.
bool PublishStage::publish_oldest() {
  const std::uint64_t safe_jseq = safe_jseq_.load();
  const auto item = edges_.front();
  OutboxReceiver::Message message;
  const bool levels = levels_.front(message);
  const std::uint64_t edge_jseq = item && item->edge != nullptr ? item->edge->cause_jseq : 0;
  if (item && (!levels || edge_jseq <= message.head->cause_jseq)) {
    if (edge_jseq > safe_jseq) return false;
    publish(*item);
    return true;
  }
  if (!levels || message.head->cause_jseq > safe_jseq) return false;
  publish(message);
  return true;
}

bool PublishStage::publish_shadow() {
  const auto message = shadow_.take(safe_jseq_.load());
  if (!message) return false;
  if (message->edge) {
    const Edge& edge = *message->edge;
    publisher_.edge(edge, publisher_.encode_edge(edge, message->why, wall_clock_ns(), 1), 1);
    for (wire::NextNumbers& each : next_of_shadow_) each.eseq = edge.eseq + 1;
    next_of_shadow_[edge.scope].scope_seq = edge.scope_seq + 1;
    return true;
  }
  const LevelBatchView& batch = message->batch;
  publisher_.levels({.header = {.session = batch.session, .universe = 1, .scope = batch.scope},
                     .level_seq = batch.level_seq,
                     .ts_event_ns = batch.ts_event_ns,
                     .cause_jseq = batch.cause_jseq,
                     .clock = batch.clock,
                     .roster = batch.roster,
                     .levels = message->levels},
                    wall_clock_ns());
  next_of_shadow_[batch.scope].level_seq = batch.level_seq + 1;
  return true;
}

void PublishStage::heartbeat(wire::EngineState state) {
  std::vector<wire::NextNumbers> next = next_;
  next.insert(next.end(), next_of_shadow_.begin(), next_of_shadow_.end());
  publisher_.heartbeat({.send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                        .event_time_ns = status_.event_time_ns.load(std::memory_order_relaxed),
                        .written_jseq = status_.written_jseq.load(),
                        .synced_jseq = status_.synced_jseq.load(),
                        .state = state,
                        .next = std::move(next)});
}

std::size_t PublishStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  std::size_t work = 0;
  const bool ended = edges_.ended();  // and with them the levels: the core has put its last ones into the ring before
  while (work < kMessagesPerStep && publish_oldest()) ++work;
  for (std::size_t i = 0; i < kMessagesPerStep && publish_shadow(); ++i) ++work;
  wire::Operation operation;
  for (; operations_.take(operation); ++work) publisher_.operation(std::move(operation));
  if (now_ns >= heartbeat_at_ns_) {
    heartbeat_at_ns_ = now_ns + publish::kHeartbeatEveryNs;
    heartbeat(status_.degraded ? wire::EngineState::kDegraded : wire::EngineState::kRunning);
  }
  if (now_ns >= catalog_at_ns_) {
    catalog_at_ns_ = now_ns + publish::kCatalogEveryNs;
    publisher_.catalog();
  }
  publisher_.drain();
  const std::size_t asked = control_.step(now_ns, safe_jseq_.load());
  OutboxReceiver::Message message;
  finished_ = ended && work == 0 && !levels_.front(message);
  return work + asked;
}

void PublishStage::say_goodbye() {
  wire::Operation operation;
  while (operations_.take(operation)) publisher_.operation(std::move(operation));
  heartbeat(wire::EngineState::kStopping);
}

}  // namespace groundswell::pipeline
