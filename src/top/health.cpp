#include "top/health.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace groundswell::top {
namespace {

using Json = nlohmann::json;

FeedHealth feed_of(const Json& feed) {
  const Json& ticks = feed.at("ticks");
  FeedHealth now;
  now.name = feed.at("name").get<std::string>();
  now.frames = feed.at("frames").at("in").get<std::uint64_t>();
  now.ticks = ticks.at("in").get<std::uint64_t>();
  now.lost = ticks.at("lost").get<std::uint64_t>();
  now.gaps = ticks.at("gaps").get<std::uint64_t>();
  for (const auto& [reason, count] : ticks.at("rejected").items()) now.rejected += count.get<std::uint64_t>();
  for (const Json& line : feed.at("lines")) {
    now.lines.push_back({.ticks = line.at("ticks").get<std::uint64_t>(),
                         .wins = line.at("wins").get<std::uint64_t>(),
                         .silences = line.at("silences").get<std::uint64_t>(),
                         .lag_ns = line.at("lag_ns").get<std::int64_t>()});
  }
  return now;
}

}  // namespace

bool Health::take(std::string_view text, std::int64_t now_ns) {
  const Json root = Json::parse(text, nullptr, false);
  if (!root.is_object()) return false;
  Health next;
  try {
    next.node_ = root.at("node").get<std::string>();
    next.reason_ = root.value("reason", "");
    next.recording_ = root.value("recording", "");
    for (const Json& feed : root.value("feeds", Json::array())) next.feeds_.push_back(feed_of(feed));
    for (const Json& stall : root.value("pipeline", Json::object()).value("stalls", Json::array()))
      next.stalls_.push_back({.stage = stall.at("stage").get<std::string>(), .count = stall.at("count").get<std::uint64_t>()});
  } catch (const Json::exception&) {
    return false;  // of another version
  }
  for (FeedHealth& feed : next.feeds_) {
    feed.heard_ns = now_ns;
    const auto before = std::find_if(feeds_.begin(), feeds_.end(), [&](const FeedHealth& each) { return each.name == feed.name; });
    if (before == feeds_.end() || feed.ticks < before->ticks) continue;  // new, or the node has begun anew
    if (feed.frames == before->frames) feed.heard_ns = before->heard_ns;
    if (now_ns > answered_ns_)
      feed.ticks_per_second = static_cast<double>(feed.ticks - before->ticks) * 1e9 / static_cast<double>(now_ns - answered_ns_);
  }
  next.json_ = text;
  next.answered_ns_ = now_ns;
  *this = std::move(next);
  return true;
}

std::int64_t Health::silence_ns(const FeedHealth& feed) const noexcept {
  const std::int64_t silent_ns = answered_ns_ - feed.heard_ns;
  return silent_ns < kSilenceNs ? 0 : silent_ns;
}

}  // namespace groundswell::top
