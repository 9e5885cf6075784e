// Calls somebody when breadth thrusts, and when nobody can say any more whether it does. It runs COMMAND with the message as its argument,
// or prints it.
//
//   pager [--endpoint E] [--any-mode] [--types THRUST] [--command COMMAND] [--pages N]      stops after N pages; 0 = never
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "example.hpp"

namespace {

namespace client = groundswell::client;

class Pager final : public client::Handler {
 public:
  Pager(std::string command, unsigned long most_pages) : command_(std::move(command)), most_pages_(most_pages) {}
  void on_edge(const client::EdgeEvent& event) override {
    if (event.past || event.edge.direction < 0) return;  // the end of it wakes nobody
    page(std::string(event.type) + " " + std::string(event.scope) + ": " + std::string(event.signal) + " is " +
         std::to_string(event.edge.value));
  }
  void on_state(client::State state) override {
    if (state == client::State::kStale) page("no heartbeat for a second: nobody knows what is true now");
  }
  void on_trouble(const client::Error& error) override { page(error.message); }

 private:
  void page(const std::string& message) {
    if (command_.empty()) {
      std::printf("PAGE %s\n", message.c_str());
      std::fflush(stdout);
    } else if (const pid_t child = ::fork(); child == 0) {  // no shell: the message is data
      ::execlp(command_.c_str(), command_.c_str(), message.c_str(), nullptr);
      ::_exit(127);
    } else if (child > 0) {
      ::waitpid(child, nullptr, 0);
    }
    if (++pages_ == most_pages_) example::stop = true;
  }
  std::string command_;
  unsigned long most_pages_, pages_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const example::Words words(argc, argv);
  example::stop_on_signals();
  client::SubscriberOptions options = words.connection();
  options.types = {words.value("--types", "THRUST")};
  options.levels = false;
  auto subscriber = client::Subscriber::open(options);
  if (!subscriber) return example::report(subscriber.error());
  Pager pager(words.value("--command", ""), std::strtoul(words.value("--pages", "0").c_str(), nullptr, 10));
  const auto done = subscriber->run(pager, example::stop);
  return done ? 0 : example::report(done.error());
}
