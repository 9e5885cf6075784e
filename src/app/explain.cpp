#include "app/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "app/interrupt.hpp"
#include "app/recorded.hpp"
#include "base/nearest.hpp"
#include "pipeline/replay.hpp"

namespace groundswell::app {
namespace {

constexpr std::size_t kIdDigits = 32, kCandidates = 8;

// STATE, STATE@DATE, or the first digits of an event's id.
struct Subject {
  std::optional<ThesisState> state;
  std::uint32_t on = 0;  // yyyymmdd, 0 = the last time
  std::string id;
};
Result<Subject> parse_subject(const std::string& text) {
  const std::size_t at = text.find('@');
  std::string word = text.substr(0, at);
  const bool is_id = at == std::string::npos && !word.empty() && word.size() <= kIdDigits &&
                     std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  std::transform(word.begin(), word.end(), word.begin(), [&](unsigned char c) { return is_id ? std::tolower(c) : std::toupper(c); });
  if (is_id) return Subject{.state = {}, .id = word};
  const auto found = std::find(kThesisStateNames.begin(), kThesisStateNames.end(), word);
  if (found == kThesisStateNames.end()) {
    const auto near = nearest(word, {kThesisStateNames.begin(), kThesisStateNames.end()});
    return fail(Exit::kUsage, fmt::format("'{}' is neither a state of the thesis nor the beginning of an event's id{}; states: {}", text,
                                          near ? fmt::format(" (did you mean {}?)", *near) : "", fmt::join(kThesisStateNames, " ")));
  }
  const auto on = parse_session("STATE@DATE", at == std::string::npos ? "" : text.substr(at + 1), 0);
  if (!on) return on.error();
  return Subject{.state = static_cast<ThesisState>(found - kThesisStateNames.begin()), .on = *on, .id = {}};
}

// Those of the events that go by whose id begins with the wanted digits; of the others the nearest.
class EventFinder {
 public:
  explicit EventFinder(std::string digits) : digits_(std::move(digits)) {}
  void take(const Edge& edge, std::span<const Why> why, const pipeline::EdgeNames& names) {
    const std::string id = fmt::format("{:016x}{:016x}", edge.event_id.hi, edge.event_id.lo);
    const auto same = static_cast<std::size_t>(std::mismatch(digits_.begin(), digits_.end(), id.begin()).first - digits_.begin());
    ++seen_;
    if (same == digits_.size()) {
      ++matching_;
      if (found_.size() < kCandidates) found_.push_back({edge, {why.begin(), why.end()}, &names});
    } else if (same > 0 && same >= shared_ && matching_ == 0) {
      if (same > shared_) near_.clear();
      shared_ = same;
      if (near_.size() < kCandidates) near_.push_back({edge, {}, &names});
    }
  }
  struct Found {
    Edge edge;
    std::vector<Why> why;
    const pipeline::EdgeNames* names;
  };
  // Errors: 65 several, 66 none.
  Result<Found> only() const {
    if (matching_ == 1) return found_.front();
    if (matching_ > 1)
      return fail(Exit::kBadData, fmt::format("{} events begin with {}; write more of it:{}", matching_, digits_, list(found_)));
    return fail(Exit::kNoInput, fmt::format("no event of the recording has the id {}; it has {}{}{}", digits_, seen_,
                                            near_.empty() ? "" : ", next to it:", list(near_)));
  }

 private:
  static std::string list(const std::vector<Found>& events) {
    std::string text;
    for (const Found& each : events) {
      text += fmt::format("\n  {:016x}{:016x} {} {} {}", each.edge.event_id.hi, each.edge.event_id.lo, edge_type_name(each.edge.type),
                          each.names->scopes[each.edge.scope], config::format_date(each.edge.session));
    }
    return text;
  }
  std::string digits_;
  std::uint64_t seen_ = 0, matching_ = 0;
  std::size_t shared_ = 0;
  std::vector<Found> found_, near_;
};

// The events that a fold makes.
class FoldedEvents final : public pipeline::Sink {
 public:
  FoldedEvents(EventFinder& finder, pipeline::EdgeNames names) : finder_(finder), names_(std::move(names)) {}
  void on_names(const pipeline::Names& names) override { names_.take(names); }
  void on_levels(const pipeline::LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { finder_.take(edge, why, names_); }

 private:
  EventFinder& finder_;
  pipeline::EdgeNames names_;
};

class Explanation {
 public:
  Explanation(const CommonOptions& common, journal::Reader recording, config::Config config, bool follow)
      : common_(common), recording_(std::move(recording)), config_(std::move(config)) {
    options_.quiet = common.quiet || common.json;
    options_.follow_references = follow;
  }

  Result<int> state(ThesisState state, std::uint32_t on) {
    Document document;
    if (const auto described = describe(state, on, document); !described) return described.error();
    if (stop_) return exit_code_after_stop();
    print(document, state_text(document));
    return 0;
  }
  Result<int> event(const std::string& digits) {
    EventFinder finder(digits);
    if (const auto looked = look_for(finder); !looked) return looked.error();
    if (stop_) return exit_code_after_stop();
    const auto found = finder.only();
    if (!found) return found.error();
    Document document = event_document(found->edge, found->why, *found->names, config_);
    std::string text = event_text(document);
    const bool is_state = found->edge.type == EdgeType::kStateChange && found->names->universe == "main" && found->edge.value > 0.0;
    if (is_state) {
      Document& state = document["state"];
      const auto now = static_cast<ThesisState>(static_cast<int>(found->edge.value));
      if (const auto described = describe(now, found->edge.session, state); !described) return described.error();
      if (stop_) return exit_code_after_stop();
      text += '\n' + state_text(state);
    }
    print(document, text);
    return 0;
  }

 private:
  void print(const Document& document, const std::string& text) const { fmt::print("{}", common_.json ? document.dump() + "\n" : text); }

  Result<void> describe(ThesisState state, std::uint32_t on, Document& document) {
    std::unique_ptr<pipeline::ThesisHistory> history;
    auto options = options_;
    options.listen = [&](const pipeline::ReplayedFold& main, const pipeline::ReplayedFold*) -> Result<pipeline::Listeners> {
      history = std::make_unique<pipeline::ThesisHistory>(main.fold);
      return pipeline::Listeners{.main = history.get()};
    };
    if (const auto done = pipeline::replay(recording_, config_, options, nullptr, stop_); !done) return done.error();
    if (stop_) return {};
    const auto moment = pipeline::find_state(history->closes(), state, on == 0 ? std::nullopt : std::optional(on), config_.thesis);
    if (!moment) return moment.error();
    document = state_document(*history, *moment, on, config_.thesis, history->symbols());
    return {};
  }

  // In the recording, where it has what was published and nothing was given in place of its configuration; else folded again.
  Result<void> look_for(EventFinder& finder) {
    if (options_.follow_references && recording_.info().edges > 0) return look_in_recording(finder);
    auto options = options_;
    options.listen = [&](const pipeline::ReplayedFold& main, const pipeline::ReplayedFold* shadow) -> Result<pipeline::Listeners> {
      folded_ = std::make_unique<FoldedEvents>(finder, main.names);
      if (shadow != nullptr) folded_shadow_ = std::make_unique<FoldedEvents>(finder, shadow->names);
      return pipeline::Listeners{.main = folded_.get(), .shadow = folded_shadow_.get()};
    };
    if (const auto done = pipeline::replay(recording_, config_, options, nullptr, stop_); !done) return done.error();
    return {};
  }
  Result<void> look_in_recording(EventFinder& finder) {
    const auto catalog = pipeline::recorded_catalog(recording_);
    if (!catalog) return catalog.error();
    recorded_names_ = pipeline::edge_names(*catalog, recording_.info().recording_id, recording_.info().config_hash);
    recording_.rewind();
    while (const auto block = recording_.next()) {
      if (block->type != journal::BlockType::kEdges) continue;
      const auto batch = journal::parse_edges(block->payload);
      if (!batch) return batch.error();
      for (const wire::EdgeWithWhy& each : batch->edges) finder.take(each.edge, each.why, recorded_names_);
    }
    return {};
  }

  const CommonOptions& common_;
  journal::Reader recording_;
  config::Config config_;
  pipeline::ReplayOptions options_;
  const std::atomic<bool>& stop_ = stop_on_signal();
  pipeline::EdgeNames recorded_names_;
  std::unique_ptr<FoldedEvents> folded_, folded_shadow_;
};

}  // namespace

int explain_verb(const CommonOptions& common, const ExplainVerbOptions& verb) {
  const auto subject = parse_subject(verb.subject);
  if (!subject) return report(subject.error());
  auto recording = open_recording(verb.recording, common.quiet || common.json);
  if (!recording) return report(recording.error());
  auto config = config_for(*recording, common, verb.universe);
  if (!config) return report(config.error());
  const bool follow = follows_recording(common, verb.universe);
  Explanation explanation(common, std::move(*recording), std::move(*config), follow);
  const auto code = subject->state ? explanation.state(*subject->state, subject->on) : explanation.event(subject->id);
  return code ? *code : report(code.error());
}

}  // namespace groundswell::app
