#include "web/session.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "console/messages.hpp"

namespace groundswell::web {
namespace {

constexpr double kSlowest = 0.25, kFastest = 64;
constexpr std::uint64_t kLatestMs = 253'402'300'800'000;  // the year 10000

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void Session::on_message(std::string_view text) {
  const std::int64_t now_ns = monotonic_clock_ns();
  messages_left_ = std::min(kMessagesAtOnce, messages_left_ + static_cast<double>(now_ns - seen_ns_) * kMessagesPerSecond / 1e9);
  seen_ns_ = now_ns;
  if (--messages_left_ < 0) return peer_.close(CloseCode::kAbuse, "more than 20 messages in a second");
  std::string wrong;
  if (take(text, wrong)) return;
  if (++errors_ >= kMostErrors) return peer_.close(CloseCode::kAbuse, "ten messages that were not understood");
  send(console::error_message(wrong));
}

void Session::look(std::int64_t now_ns) {
  if (!channels_ && now_ns - opened_ns_ > kSubscribeWithinNs) peer_.close(CloseCode::kAbuse, "no subscribe within five seconds");
}

bool Session::take(std::string_view text, std::string& wrong) {
  const nlohmann::json message = nlohmann::json::parse(text, nullptr, false);
  if (!message.is_object()) return wrong = "this is no JSON object", false;
  const std::string op = text_of(message, "op");
  if (op == "subscribe") {
    const auto channels = message.find("channels");
    if (channels == message.end() || !channels->is_array()) return wrong = "subscribe: channels is no list", false;
    Channels wanted;
    for (const nlohmann::json& each : *channels) {
      if (each == "levels") {
        wanted.levels = true;
      } else if (each == "events") {
        wanted.events = true;
      } else if (each == "health") {
        wanted.health = true;
      } else {
        return wrong = "subscribe: channels are levels, events and health", false;
      }
    }
    channels_ = wanted;
    on_subscribe();
    return true;
  }
  if (op == "members") {
    const auto basket = message.find("basket");
    if (basket == message.end() || (!basket->is_string() && !basket->is_null())) return wrong = "members: basket is no text", false;
    const std::string name = text_of(message, "basket");
    if (!name.empty() && !has_basket(name)) return wrong = "members: there is no basket '" + name + "'", false;
    basket_ = name;
    on_basket();
    return true;
  }
  if (!is_replay() && (op == "seek" || op == "play" || op == "pause" || op == "step"))
    return wrong = op + ": this is the live stream; a replay is at /api/v1/replay?recording=NAME", false;
  if (op == "seek") {
    const auto to = message.find("to_ms");
    if (to == message.end() || !to->is_number() || !(to->get<double>() >= 0) || !(to->get<double>() < static_cast<double>(kLatestMs)))
      return wrong = "seek: to_ms is no time in milliseconds since 1970", false;
    on_seek(static_cast<std::uint64_t>(to->get<double>()));
    return true;
  }
  if (op == "play") {
    const auto speed = message.find("speed");
    const double times = speed != message.end() && speed->is_number() ? speed->get<double>() : -1;
    if (times != 0 && !(times >= kSlowest && times <= kFastest))
      return wrong = "play: speed is 0.25 to 64, or 0 for as fast as it goes", false;
    on_play(times);
    return true;
  }
  if (op == "pause") return on_pause(), true;
  if (op == "step") {
    const auto direction = message.find("direction");
    if (direction == message.end() || (*direction != 1 && *direction != -1)) return wrong = "step: direction is 1 or -1", false;
    on_step(direction->get<int>());
    return true;
  }
  return wrong = is_replay() ? "op is subscribe, members, seek, play, pause or step" : "op is subscribe or members", false;
}

}  // namespace groundswell::web
