// The program as a child process: started with words, ended by a signal, its output in files.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/scratch.hpp"

namespace groundswell::test {

struct Finished {
  int code = -1;  // exit code; 128 + signal when one ended it
  std::string out, err;
};

// Runs GROUNDSWELL_BINARY, or what the first word names, in a process group of its own. `files`: how many it may open; 0 = as many as we.
// Ended and waited for when destroyed.
class Program {
 public:
  enum class Binary { kGroundswell, kFirstWord };
  Program(const TemporaryFolder& folder, const std::vector<std::string>& words, const std::map<std::string, std::string>& environment = {},
          Binary binary = Binary::kGroundswell, int files = 0)
      : out_(folder / ("out-" + std::to_string(++started_))), err_(folder / ("err-" + std::to_string(started_))) {
    std::vector<std::string> all;
    if (binary == Binary::kGroundswell) all.emplace_back(GROUNDSWELL_BINARY);
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<std::string> settings;
    for (const auto& [name, value] : environment) settings.push_back(name + "=" + value);
    std::vector<char*> variables;
    for (std::string& setting : settings) variables.push_back(setting.data());
    for (char** inherited = environ; *inherited != nullptr; ++inherited) {
      const std::string text = *inherited;
      if (!environment.contains(text.substr(0, text.find('=')))) variables.push_back(*inherited);
    }
    variables.push_back(nullptr);
    process_ = ::fork();  // after it the child may not allocate: other threads of ours may have held the lock
    if (process_ != 0) {
      ::setpgid(process_, process_);  // here too: whoever comes first
      return;
    }
    ::setpgid(0, 0);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    const rlimit few{static_cast<rlim_t>(files), static_cast<rlim_t>(files)};
    if (files > 0) ::setrlimit(RLIMIT_NOFILE, &few);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (result_ || process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  pid_t id() const { return process_; }
  std::string out() const { return read_text(out_); }
  std::string err() const { return read_text(err_); }
  void signal(int number) const { ::kill(process_, number); }
  bool ended() {
    int status = 0;
    if (!result_ && ::waitpid(process_, &status, WNOHANG) == process_)
      result_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_.has_value();
  }
  // Code -1: it did not end in time.
  Finished finish(std::chrono::nanoseconds patience = kPatience) {
    wait_until([&] { return ended(); }, patience);
    return {result_.value_or(-1), out(), err()};
  }
  bool says(std::string_view text) {
    return wait_until([&] { return err().find(text) != std::string::npos || ended(); }) && err().find(text) != std::string::npos;
  }
  std::size_t resident_bytes() const {
    std::ifstream statm("/proc/" + std::to_string(process_) + "/statm");
    std::size_t pages = 0, resident = 0;
    statm >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  std::size_t open_files() const {
    const fs::directory_iterator all("/proc/" + std::to_string(process_) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // Of its process group, itself included once it was not waited for.
  bool left_processes() const { return ::kill(-process_, 0) == 0 || errno != ESRCH; }

 private:
  inline static int started_ = 0;
  fs::path out_, err_;
  pid_t process_ = -1;
  std::optional<int> result_;
};

inline Finished run_program(const TemporaryFolder& folder, const std::vector<std::string>& words,
                            const std::map<std::string, std::string>& environment = {}) {
  return Program(folder, words, environment).finish();
}

}  // namespace groundswell::test
