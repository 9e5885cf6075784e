// An event: what it says, the rule that made it, and the members that moved it.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "app/explain.hpp"
#include "base/durations.hpp"
#include "console/words.hpp"

namespace groundswell::app {
namespace {

// 2026-11-20 15:31:04.250 UTC; nanoseconds only where there are any.
std::string instant_text(std::uint64_t ns) {
  const auto seconds = static_cast<std::time_t>(ns / kSecondNs);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::string fraction = ns % kSecondNs == 0 ? "" : fmt::format(".{:09}", ns % kSecondNs);
  while (fraction.ends_with('0')) fraction.pop_back();
  return fmt::format("{:%F %T}{} UTC", utc, fraction);
}

// By how much a driver moved: a count, or of returns, which are in 1e-12, percent.
std::string delta_text(std::int64_t delta, std::string_view driver) {
  if (driver != "equal_return") return fmt::format("{:+d}", delta);
  return fmt::format("{}{} %", delta < 0 ? "" : "+", console::rounded_text(static_cast<double>(delta) / 1e10));
}

// What an event without a trigger says; those with one are in kTriggerTypes.
std::string_view meaning(EdgeType type, int direction) {
  switch (type) {
    case EdgeType::kCommit:
      return direction < 0 ? "a provisional commit: the numbers of the close, before it is official" : "the session's final commit";
    case EdgeType::kRosterChange: return "the session's roster is another than the last session's";
    case EdgeType::kHaltMember: return direction > 0 ? "trading in the member is halted" : "trading in the member goes on";
    case EdgeType::kMarketHalt: return "all trading is halted";
    case EdgeType::kMarketResume: return "trading goes on";
    case EdgeType::kFeedGapOpen: return "ticks of a feed are lost; its value is how many, when that is known";
    case EdgeType::kFeedGapClosed: return "every symbol of the gap has had a price since";
    case EdgeType::kCorpActionSuspect:
      return direction > 0 ? "the member opened far from its last close without a corporate action; it is left out until the next session"
                           : "that opening was taken back";
    case EdgeType::kSuspectTick:
      return direction > 0 ? "a price far from the others waits for trades that confirm it; its value is price / last price - 1"
                           : "later trades confirmed it";
    case EdgeType::kRevision: return "a number that was committed is another one after a correction";
    default: return "";
  }
}

const Trigger* rule_of(const config::Config& config, const std::string& name) {
  const auto found = std::find_if(config.triggers.begin(), config.triggers.end(), [&](const Trigger& each) { return each.name == name; });
  return found == config.triggers.end() ? nullptr : &*found;
}

Document rule_document(const Trigger& rule) {
  const bool thresholds = rule.info().kind == TriggerKind::kThresholds;
  return {{"name", rule.name},
          {"type", rule.info().name},
          {"evaluate", kEvaluateNames[static_cast<std::size_t>(rule.evaluate)]},
          {"enter", thresholds ? Document(text_of(rule.enter)) : Document()},
          {"exit", thresholds ? Document(text_of(rule.exit)) : Document()},
          {"dwell_ns", rule.dwell_ns},
          {"dwell_commits", rule.dwell_commits},
          {"says_exit", rule.info().fires_on_exit}};
}

std::string rule_text(const Document& rule, const Document& event) {
  const auto word = [&](const char* key) { return rule[key].get<std::string>(); };
  const bool at_close = rule["evaluate"] == "close";
  const std::string looks = rule["evaluate"] == "record" ? "after every record" : at_close ? "at final commits" : "at grid steps";
  std::string text = fmt::format("The rule {} looks {}", word("name"), looks);
  if (rule["enter"].is_null()) return text + ".\n";
  const std::string dwell = at_close ? fmt::format("at {} in a row", rule["dwell_commits"].dump())
                                     : fmt::format("for {} s", rule["dwell_ns"].get<double>() / static_cast<double>(kSecondNs));
  const bool waits = at_close ? rule["dwell_commits"] > 1 : rule["dwell_ns"] > 0;
  text += fmt::format(". It goes on at {} and off at {}", word("enter"), word("exit"));
  if (waits) text += fmt::format(", each when that has held {}", dwell);
  const bool went_off = event["direction"] == -1 && event["threshold"].is_number() && word("enter").find('|') == std::string::npos;
  text += fmt::format(". It went {}", went_off ? "off" : "on");
  if (!event["threshold"].is_null()) text += fmt::format(": {} is past {}", value_text(event["value"]), value_text(event["threshold"]));
  return text + ".\n";
}

}  // namespace

Document event_document(const Edge& edge, std::span<const Why> why, const pipeline::EdgeNames& names, const config::Config& config) {
  const Document event = Document::parse(pipeline::edge_json(edge, why, names));
  const Trigger* const rule = edge.trigger == kNoIndex ? nullptr : rule_of(config, event["trigger"]);
  Document driver, baseline;
  std::int64_t change = 0;
  for (const Why& part : why) change += part.delta;
  if (edge.type == EdgeType::kRosterChange) {
    driver = "members";
    baseline = "the last session";
  } else if (rule != nullptr && edge.signal != kNoIndex && signal::driver_of(edge.signal).known()) {
    driver = signal::driver_of(edge.signal).name;
    baseline =
        rule->evaluate == Evaluate::kClose ? "the last final commit" : "the session's roll, or this rule's last event of the session";
  }
  return {{"schema", "groundswell.explain/1"},
          {"event", event},
          {"means", rule != nullptr ? rule->info().means : meaning(edge.type, edge.direction)},
          {"rule", rule != nullptr ? rule_document(*rule) : Document()},
          {"driver", driver},
          {"since", baseline},
          {"change", driver.is_null() ? Document() : Document(change)}};
}

std::string parts_text(const Document& parts, const std::string& driver) {
  constexpr std::size_t kShown = 40;
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), kShown); ++i) {
    const std::string delta = delta_text(parts[i]["delta"].get<std::int64_t>(), driver);
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", parts[i]["symbol"].get<std::string>(), delta);
  }
  if (parts.size() > kShown) text += fmt::format(" and {} more", parts.size() - kShown);
  return text.empty() ? "none" : text;
}

std::string event_text(const Document& document) {
  const Document& event = document["event"];
  const auto word = [&](const char* key) { return event[key].get<std::string>(); };
  std::string text = fmt::format("{} in {}", word("type"), word("scope"));
  if (!word("subject").empty()) text += fmt::format(", of {}", word("subject"));
  text += fmt::format(", session {}, {} ({} clock): {}.\n", word("session"), instant_text(event["ts_event"].get<std::uint64_t>()),
                      word("clock"), document["means"].get<std::string>());
  if (!word("signal").empty()) {
    text += word("signal");
    if (!event["prior"].is_null()) text += fmt::format(" was {} and", value_text(event["prior"]));
    text += fmt::format(" is {}", value_text(event["value"]));
    text += fmt::format(" ({}; {} of {} members count).\n", word("validity"), event["n_valid"].dump(), event["n_members"].dump());
  } else if (!event["value"].is_null()) {
    text += fmt::format("Its value is {}.\n", value_text(event["value"]));
  }
  if (!document["rule"].is_null()) text += rule_text(document["rule"], event);
  if (!document["driver"].is_null()) {
    const std::string driver = document["driver"].get<std::string>();
    text += fmt::format("By members, {} since {} {}: {}.\n", driver, document["since"].get<std::string>(),
                        delta_text(document["change"].get<std::int64_t>(), driver), parts_text(event["why"], driver));
  }
  std::string flags;
  for (const Document& flag : event["flags"]) flags += (flags.empty() ? "" : ", ") + flag.get<std::string>();
  if (!flags.empty()) text += fmt::format("Flags: {}.\n", flags);
  text += fmt::format("Event {}: number {} of the {} universe, {} of its scope, caused by record {}; roster {} ({}){}.\n", word("event_id"),
                      event["eseq"].dump(), word("universe"), event["scope_seq"].dump(), event["cause_jseq"].dump(), word("roster_version"),
                      word("roster"), word("signal").empty() ? "" : ", definition " + word("definition"));
  return text;
}

std::string value_text(const Document& value) {
  if (value.is_null()) return "absent";
  return value.is_number_float() ? console::rounded_text(value.get<double>()) : value.dump();
}

}  // namespace groundswell::app
