// A bot that trades on paper: it buys a unit of a basket when one of its triggers goes on, and sells it when the trigger goes off. It keeps
// the rules that a bot with money must keep: it acts only while the subscription is whole, on numbers that are OK, and never twice on an
// edge.
//
//   paper_bot [--endpoint E] [--any-mode] [--types PCT_ABOVE] [--trades N]      stops after N trades; 0 = never
#include <inttypes.h>

#include <map>
#include <string>

#include "example.hpp"

namespace {

namespace client = groundswell::client;

class PaperBot final : public client::Handler {
 public:
  explicit PaperBot(unsigned long most_trades) : most_trades_(most_trades) {}

  void on_edge(const client::EdgeEvent& event) override {
    const groundswell::Edge& edge = event.edge;
    if (event.past || edge.trigger == groundswell::kNoIndex || edge.direction == 0) return;
    const std::string name(event.scope);
    if (state_ != client::State::kLive && state_ != client::State::kRepairing) return say(event, "not acted on: the stream is not whole");
    if (edge.validity != groundswell::Validity::kOk) return say(event, "not acted on: the number is not OK");
    if ((edge.flags & groundswell::kFlagFeedGap) != 0) return say(event, "not acted on: ticks of a member were lost");
    int& units = units_[name];
    const int wanted = edge.direction > 0 ? 1 : 0;
    if (units == wanted) return say(event, "nothing to do");
    units = wanted;
    say(event, wanted == 1 ? "BUY 1" : "SELL 1");
    if (++trades_ == most_trades_) example::stop = true;
  }
  void on_state(client::State state) override { state_ = state; }
  void on_recording(std::uint64_t recording_id) override {
    std::printf("recording %016" PRIx64 ": flat\n", recording_id);
    units_.clear();
  }
  void on_lost(const client::LostEvent& lost) override {  // what they said nobody knows: get out
    std::printf("%s: flat\n", lost.error.message.c_str());
    units_.erase(std::string(lost.scope));
  }

 private:
  static void say(const client::EdgeEvent& event, const char* what) {
    std::printf("%" PRIu64 " %.*s %.*s %+d: %s\n", event.edge.eseq, static_cast<int>(event.scope.size()), event.scope.data(),
                static_cast<int>(event.trigger.size()), event.trigger.data(), event.edge.direction, what);
    std::fflush(stdout);
  }
  unsigned long most_trades_, trades_ = 0;
  client::State state_ = client::State::kConnecting;
  std::map<std::string, int> units_;  // by scope
};

}  // namespace

int main(int argc, char** argv) {
  const example::Words words(argc, argv);
  example::stop_on_signals();
  client::SubscriberOptions options = words.connection();
  options.types = {words.value("--types", "PCT_ABOVE")};
  options.levels = false;
  auto subscriber = client::Subscriber::open(options);
  if (!subscriber) return example::report(subscriber.error());
  PaperBot bot(std::strtoul(words.value("--trades", "0").c_str(), nullptr, 10));
  const auto done = subscriber->run(bot, example::stop);
  return done ? 0 : example::report(done.error());
}
