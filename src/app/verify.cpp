#include <fmt/format.h>

#include <cstdio>

#include "app/recorded.hpp"
#include "pipeline/refold.hpp"
#include "pipeline/replay.hpp"
#include "pipeline/setup.hpp"
#include "pipeline/snapshot.hpp"

namespace groundswell::app {
namespace {

class Nowhere final : public pipeline::Sink {
 public:
  void on_levels(const pipeline::LevelBatchView&) noexcept override {}
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
};

// Folds the recording again and compares the events in it with what comes out. Errors: 64 an import, 65 the first difference.
Result<std::uint64_t> refold(journal::Reader& recording, const std::string& path) {
  auto config = pipeline::recorded_config(recording);
  if (!config) return config.error();
  if (!config->has_value()) return fail(Exit::kUsage, path + ": is an import: it holds no events to compare");
  const auto catalog = pipeline::recorded_catalog(recording);
  if (!catalog) return catalog.error();
  const auto setup = pipeline::fold_setup(**config, catalog->symbols, catalog->condition_sets);
  if (!setup) return setup.error();
  pipeline::Fold fold(*setup);
  pipeline::EdgeCheck check;
  pipeline::FeedPositions feeds;
  Nowhere nowhere;
  pipeline::References references(**config);
  if (const auto done = pipeline::refold(recording, references, 0, fold, nowhere, check, feeds); !done) return done.error();
  if (!check.difference().empty()) return fail(Exit::kBadData, path + ": " + check.difference());
  return check.compared();
}

}  // namespace

int verify_verb(const CommonOptions& common, const VerifyVerbOptions& verb) {
  auto recording = open_recording(verb.recording, common.quiet || common.json);
  if (!recording) return report(recording.error());
  const journal::RecordingInfo info = recording->info();
  std::uint64_t compared = 0;
  if (verb.refold) {
    const auto refolded = refold(*recording, verb.recording);
    if (!refolded) return report(refolded.error());
    compared = *refolded;
  }
  std::uint64_t good = 0, bad = 0;
  for (const auto& path : pipeline::list_snapshots(verb.recording)) {
    const auto snapshot = pipeline::Snapshot::read(path);
    (snapshot ? good : bad) += 1;
    if (!snapshot) std::fprintf(stderr, "groundswell: %s\n", snapshot.error().message.c_str());
  }
  if (common.json) {
    fmt::print(
        R"({{"schema":"groundswell.verify/1","recording_id":"{:016x}","segments":{},"blocks":{},"records":{},"edges":{},)"
        R"("bytes":{},"first_event_ns":{},"last_event_ns":{},"closed":{},"torn":{},"snapshots":{},"bad_snapshots":{},"refolded":{}}})"
        "\n",
        info.recording_id, info.segments, info.blocks, info.records, info.edges, info.bytes, info.first_event_ns, info.last_event_ns,
        info.closed, !info.torn_tail.empty(), good, bad, verb.refold ? std::to_string(compared) : "null");
    return 0;
  }
  fmt::print("{}: {} records, {} events in {} blocks of {} segments, {} bytes, {}; every byte checked\n", verb.recording, info.records,
             info.edges, info.blocks, info.segments, info.bytes, info.closed ? "closed" : "not closed");
  if (good + bad > 0) fmt::print("{} snapshots, {} of them cannot be used\n", good + bad, bad);
  if (verb.refold) fmt::print("folded again: the {} events in it come out byte for byte\n", compared);
  return 0;
}

}  // namespace groundswell::app
