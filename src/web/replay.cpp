#include "web/replay.hpp"

#include <algorithm>
#include <atomic>

#include "base/clock.hpp"
#include "console/messages.hpp"
#include "web/recordings.hpp"
#include "web/replay_thread.hpp"

namespace groundswell::web {

// A replay's thread and the stream that it plays for, which may be gone before it.
class Replay {
 public:
  Replay(std::string of, const std::string& path, const std::string& universe_file, Server& server)
      : name(std::move(of)),
        server_(server),
        thread({.name = name,
                .path = path,
                .universe_file = universe_file,
                .say = [this](ReplayThread::Channel channel, std::string text) { say(channel, std::move(text)); },
                .keeps_up = [this] { return waiting_bytes() <= Session::kBehindBytes; },
                .ended = [this] { has_ended = true; }}) {}

  // Thread: the replay's.
  void say(ReplayThread::Channel channel, std::string text) {
    const auto shared = std::make_shared<const std::string>(std::move(text));
    posted_bytes += shared->size();
    server_.post([this, channel, shared] { deliver(channel, shared); });
  }
  std::size_t waiting_bytes() const noexcept { return posted_bytes + peer_bytes; }

  // Thread: the server's.
  void deliver(ReplayThread::Channel channel, const Text& text) {
    posted_bytes -= text->size();
    if (session == nullptr) return;
    const std::optional<Channels>& wanted = session->channels();
    const bool is_wanted =
        channel == ReplayThread::Channel::kAlways || (wanted && ((channel == ReplayThread::Channel::kLevels && wanted->levels) ||
                                                                 (channel == ReplayThread::Channel::kEvents && wanted->events) ||
                                                                 (channel == ReplayThread::Channel::kHealth && wanted->health)));
    if (is_wanted) session->send(text);
  }

  const std::string name;
  Session* session = nullptr;  // the server thread's
  std::atomic<std::size_t> posted_bytes{0}, peer_bytes{0};
  std::atomic<bool> has_ended{false};

 private:
  Server& server_;

 public:
  ReplayThread thread;  // last: it uses the others
};

namespace {

class ReplaySession final : public Session {
 public:
  ReplaySession(std::shared_ptr<Replay> replay, Peer& peer, std::int64_t now_ns) : Session(peer, now_ns), replay_(std::move(replay)) {
    replay_->session = this;
  }
  ~ReplaySession() override {
    replay_->session = nullptr;
    replay_->thread.stop();
  }

 protected:
  void on_subscribe() override { replay_->thread.subscribe(); }
  bool has_basket(const std::string&) const override { return true; }  // the replay knows, and says so
  void on_basket() override { replay_->thread.members_of(basket()); }
  bool is_replay() const noexcept override { return true; }
  void on_seek(std::uint64_t to_ms) override { replay_->thread.seek(to_ms); }
  void on_play(double speed) override { replay_->thread.play(speed); }
  void on_pause() override { replay_->thread.pause(); }
  void on_step(int direction) override { replay_->thread.step(direction); }

 private:
  std::shared_ptr<Replay> replay_;
};

}  // namespace

Replays::Replays(ReplayOptions options, Server& server) : options_(std::move(options)), server_(server) {}

Replays::~Replays() {
  for (const auto& each : replays_) each->thread.stop();
}

std::unique_ptr<Session> Replays::open_session(const std::string& name, Peer& peer, std::int64_t now_ns) {
  peer.send(std::make_shared<const std::string>(console::hello_message(options_.version, "replay")));
  const std::string path = recording_path(options_.folder, name).value_or(std::string());
  replays_.push_back(std::make_shared<Replay>(name, path, options_.universe_file, server_));
  return std::make_unique<ReplaySession>(replays_.back(), peer, now_ns);
}

void Replays::turn(std::int64_t now_ns) {
  // What a thread that has ended posted before is delivered before it goes.
  std::erase_if(replays_,
                [](const std::shared_ptr<Replay>& each) { return each->has_ended && each->session == nullptr && each->posted_bytes == 0; });
  for (const auto& each : replays_) {
    if (each->session == nullptr) continue;
    each->peer_bytes = each->session->queued_bytes();
    each->session->look(now_ns);
  }
}

bool Replays::ask_history(const std::string& name, const std::vector<std::string>& signals, const std::vector<std::string>& scopes,
                          Clock clock, Application::Answer answer) {
  const auto found =
      std::find_if(replays_.rbegin(), replays_.rend(), [&](const auto& each) { return each->name == name && each->session != nullptr; });
  if (found == replays_.rend()) return false;
  (*found)->thread.ask_history(signals, scopes, clock, [&server = server_, answer = std::move(answer)](std::string text) {
    server.post([answer, shared = std::make_shared<std::string>(std::move(text))] { answer(text_response(std::move(*shared))); });
  });
  return true;
}

}  // namespace groundswell::web
