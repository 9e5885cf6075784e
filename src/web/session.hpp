// One browser's stream: what it asks for, judged. Live and replay streams differ in what they do about it. Thread: the server's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "web/server.hpp"

namespace groundswell::web {

struct Channels {
  bool levels = false, events = false, health = false;
};

class Session : public Stream {
 public:
  static constexpr double kMessagesAtOnce = 20, kMessagesPerSecond = 20;
  static constexpr int kMostErrors = 10;
  static constexpr std::int64_t kSubscribeWithinNs = 5'000'000'000;
  // What waits for a peer that is still in step; beyond it levels and health are left out until it has caught up.
  static constexpr std::size_t kBehindBytes = std::size_t{64} << 10;

  Session(Peer& peer, std::int64_t now_ns) : peer_(peer), opened_ns_(now_ns), seen_ns_(now_ns) {}
  void on_message(std::string_view text) final;
  void look(std::int64_t now_ns);  // every turn: closes a peer that never subscribes

  const std::optional<Channels>& channels() const noexcept { return channels_; }  // nothing before the first subscribe
  const std::string& basket() const noexcept { return basket_; }                  // whose members it wants; "" = none
  std::size_t queued_bytes() const noexcept { return peer_.queued_bytes(); }
  bool is_behind() const noexcept { return peer_.queued_bytes() > kBehindBytes; }
  void send(Text message) { peer_.send(std::move(message)); }
  void send(std::string message) { peer_.send(std::make_shared<const std::string>(std::move(message))); }

 protected:
  virtual void on_subscribe() = 0;
  virtual bool has_basket(const std::string& basket) const = 0;
  virtual void on_basket() {}
  // Replays only. Others refuse them.
  virtual bool is_replay() const noexcept { return false; }
  virtual void on_seek(std::uint64_t /*to_ms*/) {}
  virtual void on_play(double /*speed*/) {}
  virtual void on_pause() {}
  virtual void on_step(int /*direction*/) {}

 private:
  bool take(std::string_view text, std::string& wrong);

  Peer& peer_;
  std::int64_t opened_ns_, seen_ns_;
  double messages_left_ = kMessagesAtOnce;
  int errors_ = 0;
  std::optional<Channels> channels_;
  std::string basket_;
};

}  // namespace groundswell::web
