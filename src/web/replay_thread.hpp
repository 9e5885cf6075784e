// The thread behind a replay: takes wishes, plays the recording back, and says what a stream hears. It knows no sockets.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "console/playback.hpp"
#include "web/session.hpp"

namespace groundswell::web {

class ReplayThread {
 public:
  enum class Channel : std::uint8_t { kAlways, kLevels, kEvents, kHealth };
  struct Options {
    std::string name, path, universe_file;
    // Called by the replay's thread, in order. False: the stream is behind, and takes nothing that can be left out.
    std::function<void(Channel, std::string)> say;
    std::function<bool()> keeps_up;
    std::function<void()> ended;  // the last call
  };
  explicit ReplayThread(Options options);
  ~ReplayThread();  // waits for it

  // Any thread; each is followed within a moment, and the last of its kind wins.
  void subscribe();  // everything anew
  void members_of(std::string basket);
  void seek(std::uint64_t to_ms);
  void play(double speed);
  void pause();
  void step(int direction);
  void stop();

  // `answer`: called by the replay's thread with JSON; never once it stops.
  void ask_history(std::vector<std::string> signals, std::vector<std::string> scopes, Clock clock, std::function<void(std::string)> answer);

 private:
  struct Wishes {
    bool subscribe = false, pause = false;
    std::optional<std::uint64_t> seek_ms;
    std::optional<double> speed;
    int step = 0;
    std::optional<std::string> basket;
    std::vector<std::function<void(const console::Playback*)>> questions;
  };
  void wish(const std::function<void(Wishes&)>& change);
  void run();
  bool open();
  void obey(Wishes wishes);
  void move(const Wishes& wishes);
  void play_on(std::int64_t now_ns);
  void wait(std::int64_t now_ns);
  bool go_on(double progress);
  bool arrived(const client::Result<console::Playback::Arrival>& arrival);
  void fail(const std::string& why);

  void say_state();
  void say_all();
  void say_changes(std::int64_t now_ns);
  void say_members();

  Options options_;
  std::unique_ptr<console::Playback> playback_;
  console::ReplayFacts facts_;
  double speed_ = 1;
  bool playing_ = false, subscribed_ = false;
  std::uint64_t base_event_ns_ = 0;  // where playing began, in event time and on the clock
  std::int64_t base_ns_ = 0;
  std::uint64_t levels_at_ = 0, events_at_ = 0, beginnings_ = 0;
  std::int64_t levels_due_ns_ = 0, second_due_ns_ = 0, progress_due_ns_ = 0;
  std::string basket_;

  std::mutex mutex_;
  std::condition_variable wake_;
  Wishes wishes_;
  bool has_wishes_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;  // last: it uses the others
};

}  // namespace groundswell::web
