// How a node is, from the counters that it gives when asked (`groundswell status`): rates and silences come from comparing answers. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace groundswell::top {

struct LineHealth {
  std::uint64_t ticks = 0, wins = 0, silences = 0;
  std::int64_t lag_ns = 0;
};
struct FeedHealth {
  std::string name;
  std::uint64_t frames = 0, ticks = 0, lost = 0, gaps = 0, rejected = 0;
  double ticks_per_second = 0;    // between the last two answers
  std::int64_t heard_ns = 0;      // monotonic: of the first answer that counted its newest frame
  std::vector<LineHealth> lines;  // A, then B
};
struct Stall {
  std::string stage;
  std::uint64_t count = 0;
};

class Health {
 public:
  static constexpr std::int64_t kSilenceNs = 3'000'000'000;  // an engine calls a line silent after the same time

  // `json`: an answer; `now_ns`: monotonic, when it came. What is no object, or lacks what it should have, leaves everything as it was and
  // returns false.
  bool take(std::string_view json, std::int64_t now_ns);

  bool known() const noexcept { return !json_.empty(); }
  const std::string& json() const noexcept { return json_; }          // the last answer
  std::int64_t answered_ns() const noexcept { return answered_ns_; }  // monotonic
  const std::string& node() const noexcept { return node_; }
  const std::string& reason() const noexcept { return reason_; }            // why it is not well; "" = it is
  const std::string& recording() const noexcept { return recording_; }      // its path; "" of a relay
  const std::vector<FeedHealth>& feeds() const noexcept { return feeds_; }  // none of a relay
  const std::vector<Stall>& stalls() const noexcept { return stalls_; }
  // How long nothing had come from a feed when the node last answered; 0 = it was heard within kSilenceNs.
  std::int64_t silence_ns(const FeedHealth& feed) const noexcept;

 private:
  std::string json_, node_, reason_, recording_;
  std::vector<FeedHealth> feeds_;
  std::vector<Stall> stalls_;
  std::int64_t answered_ns_ = 0;
};

}  // namespace groundswell::top
