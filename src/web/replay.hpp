// Replays: each a recording played back by a thread of its own for one stream. Thread: the server's, for all that is here; what a replay's
// thread says is posted to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "groundswell/value.hpp"
#include "web/session.hpp"

namespace groundswell::web {

struct ReplayOptions {
  std::string folder;         // of recordings
  std::string universe_file;  // for recordings without a configuration
  std::string version;
};

class Replay;

class Replays {
 public:
  static constexpr std::size_t kMostReplays = 4;  // those that have not quite ended yet count

  // The server outlives it.
  Replays(ReplayOptions options, Server& server);
  ~Replays();
  bool are_full() const noexcept { return replays_.size() >= kMostReplays; }
  // `name`: a plain name of a recording that is there.
  std::unique_ptr<Session> open_session(const std::string& name, Peer& peer, std::int64_t now_ns);
  void turn(std::int64_t now_ns);
  // Of a replay that is open; of several of one recording, the one opened last. `answer`: called later. False: there is none.
  bool ask_history(const std::string& name, const std::vector<std::string>& signals, const std::vector<std::string>& scopes, Clock clock,
                   Application::Answer answer);

 private:
  ReplayOptions options_;
  Server& server_;
  std::vector<std::shared_ptr<Replay>> replays_;
};

}  // namespace groundswell::web
