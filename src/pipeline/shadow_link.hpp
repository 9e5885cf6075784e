// The way of what the shadow makes from the core to the publisher. It is little, or the two universes have little in common. When nobody
// takes it, levels are left out (counted; their numbers show it), never edges.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "pipeline/sink.hpp"

namespace groundswell::pipeline {

class ShadowLink final : public Sink {
 public:
  static constexpr std::size_t kMostWaiting = 1 << 16;
  struct Message {
    std::optional<Edge> edge;  // nothing: levels
    std::vector<Why> why;
    LevelBatchView batch;  // its levels are these
    std::vector<Level> levels;
    std::uint64_t cause_jseq = 0;
  };
  // The core's side.
  void on_levels(const LevelBatchView& batch) noexcept override {
    Message message{
        .edge = {}, .why = {}, .batch = batch, .levels = {batch.levels.begin(), batch.levels.end()}, .cause_jseq = batch.cause_jseq};
    message.batch.levels = {};
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= kMostWaiting) {
      left_out_ += message.levels.size();
    } else {
      waiting_.push_back(std::move(message));
    }
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    Message message{.edge = edge, .why = {why.begin(), why.end()}, .batch = {}, .levels = {}, .cause_jseq = edge.cause_jseq};
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(message));
  }

  // The publisher's side: the oldest message, if its cause is safe.
  std::optional<Message> take(std::uint64_t safe_jseq) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty() || waiting_.front().cause_jseq > safe_jseq) return std::nullopt;
    Message message = std::move(waiting_.front());
    waiting_.pop_front();
    return message;
  }
  std::uint64_t left_out() const {  // levels
    const std::scoped_lock lock(mutex_);
    return left_out_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Message> waiting_;
  std::uint64_t left_out_ = 0;
};

}  // namespace groundswell::pipeline
