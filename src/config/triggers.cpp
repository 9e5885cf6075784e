// [[trigger]]: reading, checking what can be checked without knowing the signals, and printing.
#include "config/triggers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "base/durations.hpp"
#include "config/settings.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

constexpr std::size_t kLongestTriggerName = 64;
constexpr std::uint64_t kLongestDwellNs = 3600 * kSecondNs;
constexpr std::uint32_t kMostCommits = 252;

std::optional<Threshold> parse_threshold(std::string_view text) {
  Threshold threshold;
  const auto take = [&](std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text = trim(text.substr(prefix.size()));
    return true;
  };
  text = trim(text);
  threshold.magnitude = take("|x|");
  if (take(">=")) {
    threshold.test = Threshold::Test::kAtLeast;
  } else if (take("<=")) {
    threshold.test = Threshold::Test::kAtMost;
  } else if (take(">")) {
    threshold.test = Threshold::Test::kGreater;
  } else if (take("<")) {
    threshold.test = Threshold::Test::kLess;
  } else {
    return std::nullopt;
  }
  const auto end = std::from_chars(text.data(), text.data() + text.size(), threshold.bound);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || !std::isfinite(threshold.bound)) return std::nullopt;
  return threshold;
}

// Whether some number meets both: then the trigger would go on and off at once.
bool overlap(const Threshold& enter, const Threshold& exit) {
  if (enter.magnitude != exit.magnitude || enter.upward() == exit.upward()) return true;
  const Threshold& up = enter.upward() ? enter : exit;
  const Threshold& down = enter.upward() ? exit : enter;
  const bool both_closed = up.test == Threshold::Test::kAtLeast && down.test == Threshold::Test::kAtMost;
  return down.bound > up.bound || (down.bound == up.bound && both_closed);
}

class TriggerTable {
 public:
  TriggerTable(const Node& node, Findings& findings) : node_(node), reader_(node, "trigger", findings), findings_(findings) {}

  Trigger read() {
    read_type();
    trigger_.signal = required("signal").value_or("");
    trigger_.signal_place = place(reader_.at("signal"));
    trigger_.name = reader_.text("name").value_or(std::string(trigger_.info().name) + ":" + trigger_.signal);
    if (trigger_.name.size() > kLongestTriggerName || !is_name(trigger_.name, Letters::kBoth, "_-:", kLongestTriggerName))
      findings_.add(reader_.at("name"),
                    fmt::format("'{}' is no name; use 1 to {} of A-Z a-z 0-9 _ - :", trigger_.name, kLongestTriggerName));
    read_scopes();
    trigger_.evaluate = trigger_.info().evaluate;
    read_choice();
    read_thresholds();
    read_dwell();
    reader_.finish();
    return std::move(trigger_);
  }

 private:
  std::optional<std::string> required(std::string_view key) {
    auto text = reader_.text(key);
    if (!reader_.has(key)) findings_.add(node_.at, fmt::format("a trigger without {0}; add {0} = \"…\"", key));
    return text;
  }

  void read_type() {
    const auto name = required("type");
    if (!name) return;
    const TriggerType* type = find_trigger_type(*name);
    if (type != nullptr) {
      trigger_.type = static_cast<std::uint8_t>(type - kTriggerTypes.data());
      return;
    }
    std::vector<std::string_view> known;
    for (const TriggerType& each : kTriggerTypes) known.push_back(each.name);
    findings_.add(reader_.at("type"), fmt::format("no trigger type is called '{}'; use one of {}", *name, join(known)));
  }

  void read_scopes() {
    trigger_.scopes_place = place(reader_.at("scopes"));
    const Node* const scopes = reader_.array("scopes");
    if (!reader_.has("scopes")) {
      trigger_.scopes = {"baskets", "waves", "thesis"};
      return;
    }
    if (scopes == nullptr) return;
    for (const Node& scope : std::get<Array>(scopes->value)) {
      const auto* const text = std::get_if<std::string>(&scope.value);
      if (text == nullptr) {
        findings_.add(scope.at, "a scope is a text: \"baskets\", \"waves\", \"thesis\", \"symbols\", a basket's id or \"wave:NAME\"");
      } else {
        trigger_.scopes.push_back(*text);
      }
    }
    if (std::get<Array>(scopes->value).empty()) findings_.add(reader_.at("scopes"), "trigger.scopes is empty; name at least one scope");
  }

  void read_choice() {
    const auto name = reader_.choice("evaluate", {kEvaluateNames[0], kEvaluateNames[1], kEvaluateNames[2]});
    trigger_.evaluate_place = place(reader_.has("evaluate") ? reader_.at("evaluate") : node_.at);
    for (std::size_t i = 0; name && i < kEvaluateNames.size(); ++i) {
      if (kEvaluateNames[i] == *name) trigger_.evaluate = static_cast<Evaluate>(i);
    }
  }

  std::optional<Threshold> threshold(std::string_view key) {
    const auto text = required(key);
    if (!text) return std::nullopt;
    const auto parsed = parse_threshold(*text);
    if (!parsed)
      findings_.add(reader_.at(key), fmt::format("'{}' is no threshold; write >, >=, < or <= and a number, after |x| for its size", *text));
    return parsed;
  }

  void read_thresholds() {
    if (trigger_.info().kind != TriggerKind::kThresholds) {
      for (const std::string_view key : {"enter", "exit"}) {
        if (reader_.text(key)) findings_.add(reader_.at(key), fmt::format("{} has no thresholds; leave {} out", trigger_.info().name, key));
      }
      return;
    }
    const auto enter = threshold("enter"), exit = threshold("exit");
    if (!enter || !exit) return;
    trigger_.enter = *enter;
    trigger_.exit = *exit;
    if (overlap(*enter, *exit)) {
      findings_.add(reader_.at("exit"), fmt::format("exit '{}' is beyond enter '{}': a number could meet both; let exit begin on the other "
                                                    "side of enter",
                                                    text_of(*exit), text_of(*enter)));
    }
  }

  void read_dwell() {
    const auto text = reader_.text("dwell");
    if (!text) return;
    constexpr std::string_view kCommits = " commits";
    if (trigger_.evaluate == Evaluate::kClose) {
      std::uint32_t commits = 0;
      const std::string_view number = text->ends_with(kCommits) ? std::string_view(*text).substr(0, text->size() - kCommits.size()) : "";
      const auto end = std::from_chars(number.data(), number.data() + number.size(), commits);
      if (number.empty() || end.ptr != number.data() + number.size() || commits < 1 || commits > kMostCommits) {
        findings_.add(reader_.at("dwell"),
                      fmt::format("'{}' is no dwell of a close trigger; write \"N commits\", N from 1 to {}", *text, kMostCommits));
      } else {
        trigger_.dwell_commits = commits;
      }
      return;
    }
    const auto dwell_ns = parse_duration_ns(*text);
    if (!dwell_ns || *dwell_ns > kLongestDwellNs) {
      findings_.add(reader_.at("dwell"), fmt::format("'{}' is no dwell; write 0s to 1h, units {}", *text, kDurationUnits));
    } else if (*dwell_ns > 0 && trigger_.evaluate == Evaluate::kRecord) {
      findings_.add(reader_.at("dwell"), "a record trigger fires at once; choose evaluate = \"grid\" for a dwell");
    } else {
      trigger_.dwell_ns = *dwell_ns;
    }
  }

  const Node& node_;
  TableReader reader_;
  Findings& findings_;
  Trigger trigger_;
};

}  // namespace

std::vector<Trigger> read_triggers(const Node& array, Findings& findings) {
  std::vector<Trigger> triggers;
  std::set<std::string> names;
  for (const Node& node : std::get<Array>(array.value)) {
    Trigger trigger = TriggerTable(node, findings).read();
    if (!names.insert(trigger.name).second) {
      findings.add(node.at, fmt::format("trigger '{}' is there already; give this one a name = \"…\" of its own", trigger.name));
    }
    triggers.push_back(std::move(trigger));
  }
  return triggers;
}

std::vector<std::pair<std::string, std::string>> settings_of(const Trigger& trigger) {
  std::vector<std::pair<std::string, std::string>> settings{
      {"name", trigger.name}, {"type", std::string(trigger.info().name)}, {"signal", trigger.signal}};
  settings.emplace_back("evaluate", kEvaluateNames[static_cast<std::size_t>(trigger.evaluate)]);
  if (trigger.info().kind == TriggerKind::kThresholds) {
    settings.emplace_back("enter", text_of(trigger.enter));
    settings.emplace_back("exit", text_of(trigger.exit));
  }
  if (trigger.evaluate == Evaluate::kClose) {
    settings.emplace_back("dwell", fmt::format("{} commits", trigger.dwell_commits));
  } else {
    settings.emplace_back("dwell", print_duration(trigger.dwell_ns));
  }
  return settings;
}

}  // namespace groundswell::config
