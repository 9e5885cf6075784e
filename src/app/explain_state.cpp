// A state of the thesis: the numbers that it was judged by, condition by condition.
#include <fmt/format.h>

#include <cmath>

#include "app/explain.hpp"
#include "config/calendar.hpp"

namespace groundswell::app {
namespace {

using pipeline::ThesisClose;
using signal::Passage;
using signal::ThesisCondition;

struct Term {
  const char* name;
  const char* means;
};
constexpr std::array<Term, 5> kTerms{{{"x1", "followers ahead of the benchmark over 63 sessions"},
                                      {"x2", "followers above their 50-session average"},
                                      {"x3", "supplier baskets ahead of the benchmark over 21 sessions"},
                                      {"x4", "followers against leaders over 21 sessions"},
                                      {"x5", "how evenly gains are spread, against the last year"}}};

constexpr std::array kLaneMeans{"members above their 50-session average", "members ahead of the benchmark over 63 sessions"};
static_assert(kLaneMeans.size() == pipeline::kThesisLaneSignals.size());

std::string_view name_of(ThesisState state) { return kThesisStateNames[static_cast<std::size_t>(state)]; }
Document number(double value) { return std::isnan(value) ? Document() : Document(value); }

Document condition_document(const ThesisCondition& condition, const signal::ThesisInputs& inputs, const ThesisThresholds& thresholds) {
  const double value = condition.looks_at().of(inputs), bound = condition.bound.of(thresholds);
  const bool holds = condition.holds(inputs, thresholds);
  return {{"input", condition.looks_at().name},
          {"value", number(value)},
          {"condition", text_of(condition.threshold(thresholds))},
          {"bound", bound},
          {"key", condition.bound.key()},
          {"holds", holds},
          {"short_by", holds ? Document() : number(std::abs(value - bound))}};
}

Document passage_document(ThesisState state, Passage passage, std::uint32_t held, const signal::ThesisInputs& inputs,
                          const ThesisThresholds& thresholds) {
  Document ways = Document::array();
  std::size_t last_way = 0;
  for (const ThesisCondition& condition : signal::thesis_conditions(state, passage)) {
    if (ways.empty() || condition.way != last_way) ways.push_back(Document::array());
    last_way = condition.way;
    ways.back().push_back(condition_document(condition, inputs, thresholds));
  }
  const signal::ThesisBound& dwell = signal::thesis_dwell(state, passage);
  return {{"state", name_of(state)},
          {"passage", passage == Passage::kEnter ? "enter" : "exit"},
          {"holds", signal::thesis_passage_holds(state, passage, inputs, thresholds)},
          {"closes", held},
          {"needed", dwell.count_of(thresholds)},
          {"key", dwell.key()},
          {"ways", std::move(ways)}};
}

Document inputs_document(const signal::ThesisInputs& inputs) {
  Document all = Document::array();
  for (const signal::ThesisQuantity& quantity : signal::kThesisQuantities) {
    all.push_back({{"name", quantity.name},
                   {"value", number(quantity.of(inputs))},
                   {"unit", quantity.unit},
                   {"signal", quantity.signal.empty() ? Document() : Document(quantity.signal)},
                   {"means", quantity.means},
                   {"required", quantity.required}});
  }
  return all;
}

Document parts_document(const std::vector<Why>& parts, const std::vector<std::string>& symbols) {
  Document all = Document::array();
  for (const Why& part : parts) all.push_back({{"symbol", symbols[part.symbol]}, {"delta", part.delta}});
  return all;
}

std::string passage_text(const Document& passage) {
  const bool enters = passage["passage"] == "enter";
  const std::size_t ways = passage["ways"].size();
  std::string text =
      fmt::format("{} {}: the conditions {}, at {} of the {} closes in a row that are needed ({}).\n", enters ? "To enter" : "To leave",
                  passage["state"].get<std::string>(), passage["holds"] ? "hold" : "do not hold", passage["closes"].dump(),
                  passage["needed"].dump(), passage["key"].get<std::string>());
  for (std::size_t way = 0; way < ways; ++way) {
    for (const Document& condition : passage["ways"][way]) {
      const bool first = &condition == &passage["ways"][way].front();
      text += fmt::format("  {:<4}{:<12}{} {} ({}): ",
                          ways > 1 && first && way > 0 ? "or"
                          : first                      ? ""
                                                       : "and",
                          condition["input"].get<std::string>(), value_text(condition["value"]), condition["condition"].get<std::string>(),
                          condition["key"].get<std::string>());
      text += condition["holds"] ? "holds" : "does not hold";
      if (!condition["short_by"].is_null()) text += ", off by " + value_text(condition["short_by"]);
      text += '\n';
    }
  }
  return text;
}

}  // namespace

Document state_document(const pipeline::ThesisHistory& history, const pipeline::ThesisMoment& moment, std::uint32_t on,
                        const ThesisThresholds& thresholds, const std::vector<std::string>& symbols) {
  const ThesisClose& close = history.closes()[moment.close];
  const ThesisClose& baseline = history.closes()[moment.baseline];
  const signal::ThesisAccount& account = close.account;
  const ThesisState before = account.before.state();
  Document passages = Document::array(), others = Document::array(), terms = Document::array(), moved = Document::array();
  const auto held = [&](ThesisState state) { return account.after.enter[static_cast<std::size_t>(state)]; };
  if (moment.asked > ThesisState::kNeutral)
    passages.push_back(passage_document(moment.asked, Passage::kEnter, held(moment.asked), account.inputs, thresholds));
  if (before > ThesisState::kNeutral && before != moment.asked) {
    const bool leaves = signal::thesis_passage_holds(before, Passage::kExit, account.inputs, thresholds);
    passages.push_back(passage_document(before, Passage::kExit, leaves ? account.before.exit + 1 : 0, account.inputs, thresholds));
  }
  for (auto state = ThesisState::kNarrow; state <= ThesisState::kBreaking; state = static_cast<ThesisState>(static_cast<int>(state) + 1)) {
    if (state == moment.asked) continue;
    const std::uint32_t needed = signal::thesis_dwell(state, Passage::kEnter).count_of(thresholds);
    others.push_back({{"state", name_of(state)}, {"closes", held(state)}, {"needed", needed}});
  }
  for (std::size_t i = 0; i < kTerms.size(); ++i) {
    terms.push_back({{"name", kTerms[i].name},
                     {"value", number(account.terms[i])},
                     {"at_baseline", number(baseline.account.terms[i])},
                     {"means", kTerms[i].means}});
  }
  for (std::size_t lane = 0; lane < pipeline::kThesisLaneSignals.size(); ++lane) {
    const std::vector<Why> parts = pipeline::lane_changes(baseline, close, lane);
    std::int64_t change = 0;
    for (const Why& part : parts) change += part.delta;
    moved.push_back(
        {{"driver", history.lane_name(lane)}, {"means", kLaneMeans[lane]}, {"change", change}, {"parts", parts_document(parts, symbols)}});
  }
  return {{"schema", "groundswell.explain/1"},
          {"asked", name_of(moment.asked)},
          {"on", on == 0 ? Document() : Document(config::format_date(on))},
          {"session", config::format_date(close.session)},
          {"ts_event", close.ts_event_ns},
          {"cause_jseq", close.cause_jseq},
          {"revised", close.revised},
          {"traded", account.traded},
          {"entered", moment.entered},
          {"before", name_of(before)},
          {"state", name_of(account.after.state())},
          {"closes_without_required", account.after.missing},
          {"inputs", inputs_document(account.inputs)},
          {"terms", std::move(terms)},
          {"passages", std::move(passages)},
          {"others", std::move(others)},
          {"baseline", moment.baseline == moment.close ? Document() : Document(config::format_date(baseline.session))},
          {"moved", std::move(moved)}};
}

std::string state_text(const Document& d) {
  const auto word = [&](const char* key) { return d[key].get<std::string>(); };
  std::string text;
  if (d["entered"]) {
    text += fmt::format("{} was entered at the close of {}, from {}", word("asked"), word("session"), word("before"));
    if (!d["on"].is_null()) text += fmt::format("; on {} the thesis still was in it", word("on"));
  } else {
    text += fmt::format("At the close of {} the thesis was {}", word("session"), word("state"));
    if (d["asked"] != d["state"]) text += fmt::format(", not {}", word("asked"));
  }
  text += fmt::format(" (record {}{}).\n", d["cause_jseq"].dump(), d["revised"] ? ", as corrected later" : "");
  std::string missing;
  for (const Document& input : d["inputs"]) {
    if (input["required"] && input["value"].is_null()) missing += (missing.empty() ? "" : ", ") + input["name"].get<std::string>();
  }
  if (!d["traded"]) {
    text += "Nothing traded in that session: it is no close to the thesis.\n";
  } else if (!missing.empty()) {
    text += fmt::format("Without {} nothing is judged and the state stays; so it was at {} closes in a row.\n", missing,
                        d["closes_without_required"].dump());
  } else if (d["entered"] && d["before"] == "UNKNOWN") {
    text += "It was the first close at which B, zT, zL and A50 were all known.\n";
  }
  if (!d["entered"] && d["asked"] != d["state"] && !d["passages"].empty() && d["passages"][0]["closes"] >= d["passages"][0]["needed"]) {
    text +=
        "Its conditions have held long enough; but BREAKING goes before DIVERGING, both before the rest, and CONFIRMED is entered from "
        "BROADENING alone.\n";
  }
  text += "\nInputs of that close:\n";
  for (const Document& input : d["inputs"]) {
    const std::string signal = input["signal"].is_null() ? "" : fmt::format(" [{}]", input["signal"].get<std::string>());
    text += fmt::format("  {:<12}{:<9} {:<16} {}{}\n", input["name"].get<std::string>(), value_text(input["value"]),
                        input["unit"].get<std::string>(), input["means"].get<std::string>(), signal);
  }
  text += "Terms of B, each from -1 to 1, before its average over five sessions:\n";
  for (const Document& term : d["terms"]) {
    const std::string was = d["baseline"].is_null() ? "" : fmt::format("; {} on {}", value_text(term["at_baseline"]), word("baseline"));
    text += fmt::format("  {:<12}{:<9} {}{}\n", term["name"].get<std::string>(), value_text(term["value"]),
                        term["means"].get<std::string>(), was);
  }
  text += '\n';
  for (const Document& passage : d["passages"]) text += passage_text(passage);
  text += d["asked"] == "NEUTRAL" || d["asked"] == "UNKNOWN" ? "Conditions to enter" : "Conditions to enter another";
  text += " held, at closes in a row:";
  for (const Document& other : d["others"]) {
    const char* const comma = &other == &d["others"].front() ? "" : ",";
    text += fmt::format("{} {} {} of {}", comma, other["state"].get<std::string>(), other["closes"].dump(), other["needed"].dump());
  }
  text += ".\n";
  if (d["baseline"].is_null()) return text;
  text += fmt::format("\nMembers that moved since the close of {}, the last before the conditions held:\n", word("baseline"));
  for (const Document& lane : d["moved"]) {
    text += fmt::format("  {} {:+d} ({}): {}\n", lane["means"].get<std::string>(), lane["change"].get<std::int64_t>(),
                        lane["driver"].get<std::string>(), parts_text(lane["parts"], lane["driver"]));
  }
  return text;
}

}  // namespace groundswell::app
