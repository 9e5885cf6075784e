// A terminal to drive: a shell in a tmux server of its own, whose screen can be read and whose keys can be pressed.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "support/scratch.hpp"

namespace groundswell::test {

class Tmux {
 public:
  static bool exists() { return std::system("command -v tmux >/dev/null 2>&1") == 0; }

  Tmux(const TemporaryFolder& folder, int width, int height) : socket_((folder / "tmux").string()) {
    command("-f /dev/null new-session -d -x " + std::to_string(width) + " -y " + std::to_string(height) + " 'PS1=ready: ENV= exec sh -i'");
  }
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;
  ~Tmux() { command("kill-server"); }

  std::string command(const std::string& words) const {
    std::FILE* const pipe = ::popen(("LC_ALL=C.UTF-8 tmux -u -S '" + socket_ + "' " + words + " 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("tmux cannot be started");
    std::string text;
    for (char buffer[4096]; const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe);) text.append(buffer, got);
    ::pclose(pipe);
    return text;
  }
  std::string screen() const { return command("capture-pane -p"); }
  std::string asked(const std::string& variable) const { return command("display-message -p '#{" + variable + "}'"); }
  void keys(const std::string& names) const { command("send-keys " + names); }  // tmux's names: Tab, Enter, C-z, j
  void type(const std::string& line) const {                                    // without a single quote
    command("send-keys -l '" + line + "'");
    keys("Enter");
  }
  void resize(int width, int height) const { command("resize-window -x " + std::to_string(width) + " -y " + std::to_string(height)); }

  // What is on the screen shall come to satisfy `holds`.
  template <class Condition>
  bool shows_that(Condition&& holds) const {
    return wait_until([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      return holds(screen());
    });
  }
  bool shows(const std::string& text) const {
    return shows_that([&](const std::string& now) { return now.find(text) != std::string::npos; });
  }
  bool shows_no(const std::string& text) const {
    return shows_that([&](const std::string& now) { return now.find(text) == std::string::npos; });
  }

 private:
  std::string socket_;
};

}  // namespace groundswell::test
