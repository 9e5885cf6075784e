// Publishing: levels and edges whose cause is safe, heartbeats, the catalog, what operators should know, and answers to questions.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "pipeline/engine_control.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/links.hpp"
#include "pipeline/operations.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/shadow_link.hpp"
#include "pipeline/stage.hpp"
#include "publish/publisher.hpp"

namespace groundswell::pipeline {

class PublishStage final : public Stage {
 public:
  // All of it outlives the stage. `safe_jseq`: levels and edges that a later record caused are held back. `first`: the numbers that come
  // next, a row per scope.
  PublishStage(publish::Publisher& publisher, EdgeLink& edges, Ring<OutputCell>& levels, ShadowLink& shadow,
               const std::atomic<std::uint64_t>& safe_jseq, std::vector<wire::NextNumbers> first,
               std::vector<wire::NextNumbers> first_of_shadow, Operations& operations, const EngineStatus& status, EngineControl& control);
  std::size_t step(std::int64_t now_ns) override;
  bool finished() const noexcept override { return finished_; }
  void wait_on(std::vector<net::Socket*>& sockets) override {
    sockets.push_back(&publisher_.socket());
    sockets.push_back(&control_.socket());
  }
  std::int64_t due_ns() const noexcept override { return heartbeat_at_ns_; }
  bool has_work() const noexcept override { return true; }  // heartbeats always fall due

  // Any thread: from the receipt of what caused an edge or level, by the wall clock, to its publication.
  const Histogram& tick_to_event() const noexcept { return tick_to_event_; }

  // When it has finished, and the recording is closed: the last heartbeat, with the next numbers. Nothing follows it.
  void say_goodbye();

 private:
  bool publish_oldest();  // false: nothing is there that is safe
  bool publish_shadow();  // the oldest message of it, likewise
  void publish(const EdgeLink::Item& item);
  void publish(const OutboxReceiver::Message& message);
  void heartbeat(wire::EngineState state);
  void measure(std::int64_t cause_recv_ns) noexcept;

  publish::Publisher& publisher_;
  EdgeLink& edges_;
  OutboxReceiver levels_;
  ShadowLink& shadow_;
  const std::atomic<std::uint64_t>& safe_jseq_;
  std::vector<wire::NextNumbers> next_, next_of_shadow_;
  Operations& operations_;
  const EngineStatus& status_;
  EngineControl& control_;
  std::int64_t heartbeat_at_ns_ = 0, catalog_at_ns_ = 0;  // monotonic
  Histogram tick_to_event_;
  bool finished_ = false;
};

}  // namespace groundswell::pipeline
