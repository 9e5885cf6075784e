// Copies counters of the stages that share its thread to where other threads may read them, a few times a second.
#pragma once

#include <functional>

#include "pipeline/stage.hpp"

namespace groundswell::pipeline {

class CounterStage final : public Stage {
 public:
  explicit CounterStage(std::function<void()> copy) : Stage("counters"), copy_(std::move(copy)) {}
  std::size_t step(std::int64_t now_ns) override {
    if (now_ns < due_ns_) return 0;
    due_ns_ = now_ns + kEveryNs;
    copy_();
    return 0;  // nobody has to look because of it
  }
  bool finished() const noexcept override { return true; }
  std::int64_t due_ns() const noexcept override { return due_ns_; }
  bool has_work() const noexcept override { return false; }

 private:
  static constexpr std::int64_t kEveryNs = 250'000'000;
  std::function<void()> copy_;
  std::int64_t due_ns_ = 0;
};

}  // namespace groundswell::pipeline
