#include "pipeline/restart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "journal/reader.hpp"
#include "pipeline/refold.hpp"
#include "pipeline/replay.hpp"
#include "pipeline/setup.hpp"
#include "pipeline/snapshot.hpp"

namespace groundswell::pipeline {
namespace {

namespace fs = std::filesystem;

// The first CONFIG and CATALOG of a recording, and the last CATALOG.
struct Recorded {
  std::optional<config::Config> config;
  std::optional<Catalog> first, last;
};

Result<Recorded> read_recorded(journal::Reader& recording) {
  Recorded recorded;
  auto config = recorded_config(recording);
  if (!config) return config.error();
  recorded.config = std::move(*config);
  recording.rewind();
  while (const auto block = recording.next()) {
    if (block->type != journal::BlockType::kCatalog) continue;
    auto catalog = journal::parse_catalog(block->payload);
    if (!catalog) return catalog.error();
    if (!recorded.first) recorded.first = *catalog;
    recorded.last = std::move(*catalog);
  }
  return recorded;
}

// "" = this configuration can go on with the recording; its reference data may be newer.
std::string why_another(const journal::RecordingInfo& info, const Recorded& recorded, const config::Config& config) {
  if (!recorded.config || !recorded.first) return "it holds no configuration: it is an import, or ends before its first record";
  if (const std::uint64_t hash = config_hash(config); hash != info.config_hash) {
    return fmt::format("its configuration is another one: config hash {:016x}, now {:016x}", info.config_hash, hash);
  }
  return {};
}

// What a restart begins with: new objects, or those of a snapshot.
struct State {
  std::unique_ptr<Fold> fold;
  std::unique_ptr<DigestSink> digest;
  FeedPositions feeds;
  std::uint64_t jseq = 0;
};

State make_state(std::unique_ptr<Fold> fold) {
  State state;
  state.fold = std::move(fold);
  state.digest = std::make_unique<DigestSink>(ScopeNames(state.fold->scope_names(), state.fold->symbols()), state.fold->signal_names());
  return state;
}

Result<State> newest_state(const fs::path& path, journal::Reader& recording, const References& references, std::uint64_t last_eseq,
                           const FoldSetup& setup) {
  const journal::RecordingInfo& info = recording.info();
  const SnapshotIdentity own{info.recording_id, info.config_hash, info.definition_set_hash};
  for (const fs::path& file : list_snapshots(path)) {
    const auto ignored = [&](std::string_view why) { log_warning("restart", "{}: passed over: {}", file.string(), why); };
    const auto snapshot = Snapshot::read(file);
    if (!snapshot) {
      log_warning("restart", "{}", snapshot.error().message);
    } else if (snapshot->identity() != own) {
      ignored("of another recording or configuration");
    } else if (snapshot->jseq() > info.records) {
      ignored("the recording ends before it");
    } else if (snapshot->next_eseq() > last_eseq + 1) {
      ignored("events before it are not in the recording");  // only folding the records before it makes them again
    } else {
      auto fold = std::make_unique<Fold>(setup);
      if (const auto done = rehearse(recording, references, snapshot->jseq(), *fold); !done) return done.error();
      State state = make_state(std::move(fold));
      if (snapshot->restore(*state.fold, *state.digest, state.feeds)) {
        state.jseq = snapshot->jseq();
        return state;
      }
      ignored("of another version of the program");
    }
  }
  return make_state(std::make_unique<Fold>(setup));
}

// The ids of symbols are the recording's: one that only the shadow has must have got its id when the recording was made.
Result<std::unique_ptr<Shadow>> make_shadow(const config::Config& config, const Catalog& catalog, FoldSetup setup) {
  for (const std::string& symbol : universe_symbols(*config.shadow)) {
    if (std::find(catalog.symbols.begin(), catalog.symbols.end(), symbol) != catalog.symbols.end()) continue;
    return fail(Exit::kConfig,
                config.shadow_file + ": " + symbol +
                    " is no symbol of the recording; add it to [universe] file too, or begin a new recording with this shadow");
  }
  setup.symbols = catalog.symbols;
  return std::make_unique<Shadow>(shadow_setup(std::move(setup), *config.shadow));
}

void delete_snapshots_after(std::uint64_t jseq, const fs::path& path) {
  for (const fs::path& file : list_snapshots(path)) {
    const auto snapshot = Snapshot::read(file);
    std::error_code error;
    if (snapshot && snapshot->jseq() > jseq && fs::remove(file, error)) log_warning("restart", "{}: deleted", file.string());
  }
}

std::vector<fs::path> segments_of(const fs::path& path) {
  std::vector<fs::path> segments;
  std::error_code error;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".gsj") segments.push_back(entry->path());
  }
  return segments;
}

}  // namespace

Result<RestartPlan> plan_restart(const fs::path& path, const config::Config& config,
                                 const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto held = journal::hold_recording(path, progress);
  if (!held) return held.error();
  journal::Reader& reader = *held->reader;
  const journal::RecordingInfo info = reader.info();
  auto recorded = read_recorded(reader);
  if (!recorded) return recorded.error();
  RestartPlan plan;
  plan.is_empty = info.records == 0 && info.edges == 0;
  plan.start_new_because = why_another(info, *recorded, config);
  if (!plan.start_new_because.empty()) return plan;
  const auto setup = fold_setup(*recorded->config, recorded->first->symbols, recorded->first->condition_sets);
  if (!setup) return setup.error();
  const auto last_eseq = last_recorded_eseq(reader);
  if (!last_eseq) return last_eseq.error();

  References references(std::move(*recorded->config));
  std::unique_ptr<Shadow> shadow;
  if (config.shadow) {
    auto made = make_shadow(config, *recorded->last, *setup);
    if (!made) return made.error();
    shadow = std::move(*made);
  }
  auto newest = shadow ? Result<State>(make_state(std::make_unique<Fold>(*setup)))  // it compares with the main universe from the first on
                       : newest_state(path, reader, references, *last_eseq, *setup);
  if (!newest) return newest.error();
  State& state = *newest;
  if (shadow) shadow->follow(*state.fold);
  EdgeCheck check(state.fold->next_eseq());
  const auto folded = refold(reader, references, state.jseq, *state.fold, *state.digest, check, state.feeds, shadow.get());
  if (!folded) return folded.error();
  if (!check.difference().empty()) {
    plan.start_new_because = "this program computes otherwise: " + check.difference();
    return plan;
  }

  // Before a new record gets a number that one of them was taken after.
  delete_snapshots_after(info.records, path);
  auto writer = journal::Writer::resume(*held, {.segment_bytes = config.segment_bytes});
  if (!writer) return writer.error();
  if (!info.torn_tail.empty()) log_warning("restart", "{}", info.torn_tail);
  plan.engine = std::unique_ptr<Restarted>(
      new Restarted{.writer = std::move(*writer),
                    .fold = std::move(state.fold),
                    .digest = std::move(state.digest),
                    .catalog = std::move(*recorded->last),
                    .next_jseq = info.records + 1,
                    .unpublished = {std::make_move_iterator(check.waiting().begin()), std::make_move_iterator(check.waiting().end())},
                    .feeds = std::move(state.feeds),
                    .references = std::move(references),
                    .shadow = std::move(shadow),
                    .snapshot_jseq = state.jseq,
                    .torn_bytes = info.torn_bytes});
  return plan;
}

Result<std::unique_ptr<Restarted>> go_on(const config::Config& config) {
  const fs::path path = config.journal_recording;
  if (path.empty() || segments_of(path).empty()) return std::unique_ptr<Restarted>();
  auto plan = plan_restart(path, config);
  if (!plan) return plan.error();
  if (!plan->start_new_because.empty() && plan->is_empty) {  // an engine ended while it made it: nothing was recorded, nothing published
    log_info("restart", "{}: {}; made anew", path.string(), plan->start_new_because);
    std::error_code ignored;
    for (const fs::path& segment : segments_of(path)) fs::remove(segment, ignored);
    for (const fs::path& snapshot : list_snapshots(path)) fs::remove(snapshot, ignored);
    return std::unique_ptr<Restarted>();
  }
  if (!plan->start_new_because.empty()) {
    return fail(Exit::kCannotCreate, path.string() + ": cannot be gone on with: " + plan->start_new_because +
                                         "; name another [journal] recording, and this one as [history] to keep what it remembers");
  }
  const Restarted& engine = *plan->engine;
  log_info("restart", "{}: goes on after {} records, of which {} came from a snapshot; events that were not published yet: {}",
           path.string(), engine.next_jseq - 1, engine.snapshot_jseq, engine.unpublished.size());
  return std::move(plan->engine);
}

}  // namespace groundswell::pipeline
