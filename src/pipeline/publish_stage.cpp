#include "pipeline/publish_stage.hpp"

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kMessagesPerStep = 256;
constexpr std::int64_t kHeartbeatNs = 250'000'000;
constexpr std::int64_t kCatalogNs = 5'000'000'000;

}  // namespace

PublishStage::PublishStage(publish::Publisher& publisher, EdgeLink& edges, Ring<OutputCell>& levels, const LevelSlots& slots,
                           const std::atomic<std::uint64_t>& safe_jseq, std::vector<wire::NextNumbers> first, Operations& operations,
                           const EngineStatus& status, EngineControl& control)
    : Stage("publish"),
      publisher_(publisher),
      edges_(edges),
      levels_(levels, slots),
      safe_jseq_(safe_jseq),
      next_(std::move(first)),
      operations_(operations),
      status_(status),
      control_(control) {}

void PublishStage::publish(const EdgeLink::Item& item) {
  if (item.edge == nullptr) {
    publisher_.set_catalog(edges_.take_catalog());
  } else {
    publisher_.edge(*item.edge, item.encoded);
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
                     .levels = {message.levels, message.head->count}},
                    wall_clock_ns());
  next_[message.head->scope].level_seq = message.head->level_seq + 1;
  levels_.pop();
}

// In the order of their causes. The edge is looked at first: when it is here, the levels of earlier records are too.
bool PublishStage::publish_oldest() {
  const auto item = edges_.front();
  OutboxReceiver::Message message;
  const bool levels = levels_.front(message);
  const std::uint64_t safe_jseq = safe_jseq_.load();
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

void PublishStage::heartbeat(wire::EngineState state) {
  publisher_.heartbeat({.send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                        .event_time_ns = status_.event_time_ns.load(std::memory_order_relaxed),
                        .written_jseq = status_.written_jseq.load(),
                        .synced_jseq = status_.synced_jseq.load(),
                        .state = state,
                        .next = next_});
}

std::size_t PublishStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  std::size_t work = 0;
  const bool ended = edges_.ended();  // and with them the levels: the core has put its last ones into the ring before
  while (work < kMessagesPerStep && publish_oldest()) ++work;
  publisher_.drain();
  const std::size_t asked = control_.step(now_ns, safe_jseq_.load());
  wire::Operation operation;
  for (; operations_.take(operation); ++work) publisher_.operation(std::move(operation));
  if (now_ns >= heartbeat_at_ns_) {
    heartbeat_at_ns_ = now_ns + kHeartbeatNs;
    heartbeat(status_.degraded ? wire::EngineState::kDegraded : wire::EngineState::kRunning);
  }
  if (now_ns >= catalog_at_ns_) {
    catalog_at_ns_ = now_ns + kCatalogNs;
    publisher_.catalog();
  }
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
