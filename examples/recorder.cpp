// Keeps every edge in a file, through restarts of either side: it goes on where the file ends.
//
//   recorder --out EDGES.csv [--endpoint E] [--any-mode] [--edges N]      stops after N edges; 0 = never
#include <inttypes.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "example.hpp"

namespace {

namespace client = groundswell::client;

class Recorder final : public client::Handler {
 public:
  Recorder(std::FILE* file, unsigned long most_edges) : file_(file), most_edges_(most_edges) {}
  void on_edge(const client::EdgeEvent& event) override {
    if (most_edges_ != 0 && edges_ == most_edges_) return;  // what came together with the last one
    const groundswell::Edge& edge = event.edge;
    std::fprintf(file_, "%016" PRIx64 ",%.*s,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.*s,%.*s,%d,%.17g\n", event.recording_id,
                 static_cast<int>(event.scope.size()), event.scope.data(), edge.scope, edge.scope_seq, edge.eseq, edge.ts_event_ns,
                 static_cast<int>(event.type.size()), event.type.data(), static_cast<int>(event.subject.size()), event.subject.data(),
                 edge.direction, edge.value);
    std::fflush(file_);
    if (++edges_ == most_edges_) example::stop = true;
  }
  void on_lost(const client::LostEvent& lost) override { std::fprintf(stderr, "%s\n", lost.error.message.c_str()); }
  void on_trouble(const client::Error& error) override { std::fprintf(stderr, "%s\n", error.message.c_str()); }

 private:
  std::FILE* file_;
  unsigned long most_edges_, edges_ = 0;
};

// What the file holds already: the recording of its last line, and the next number of each scope in it.
void go_on(const std::string& path, client::SubscriberOptions& options) {
  std::ifstream file(path);
  std::map<std::string, client::Position> positions;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string recording, scope, index, scope_seq;
    std::getline(fields, recording, ',');
    std::getline(fields, scope, ',');
    std::getline(fields, index, ',');
    std::getline(fields, scope_seq, ',');
    const std::uint64_t recording_id = std::strtoull(recording.c_str(), nullptr, 16);
    if (recording_id != options.recording_id) positions.clear();
    options.recording_id = recording_id;
    positions[scope] = {scope, static_cast<std::uint16_t>(std::strtoul(index.c_str(), nullptr, 10)),
                        std::strtoull(scope_seq.c_str(), nullptr, 10) + 1};
  }
  for (const auto& [scope, position] : positions) options.resume.push_back(position);
}

}  // namespace

int main(int argc, char** argv) {
  const example::Words words(argc, argv);
  example::stop_on_signals();
  const std::string path = words.value("--out", "");
  if (path.empty())
    return example::report({client::ErrorCode::kOption, "recorder --out EDGES.csv [--endpoint E] [--any-mode] [--edges N]"});
  client::SubscriberOptions options = words.connection();
  options.levels = false;
  options.policy = client::Policy::kLossless;
  options.past_edges = UINT64_MAX;  // of a scope that the file knows nothing of: all that is held
  go_on(path, options);
  auto subscriber = client::Subscriber::open(options);
  if (!subscriber) return example::report(subscriber.error());
  std::FILE* const file = std::fopen(path.c_str(), "a");
  if (file == nullptr) return example::report({client::ErrorCode::kIo, path + ": cannot be written"});
  Recorder recorder(file, std::strtoul(words.value("--edges", "0").c_str(), nullptr, 10));
  const auto done = subscriber->run(recorder, example::stop);
  std::fclose(file);
  return done ? 0 : example::report(done.error());
}
