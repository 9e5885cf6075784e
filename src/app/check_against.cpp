// What an edit of the universe changes: `groundswell check --against OLD`.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/verbs.hpp"
#include "config/calendar.hpp"
#include "pipeline/references.hpp"
#include "pipeline/replay.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::app {
namespace {

using Json = nlohmann::ordered_json;

struct Old {
  Universe universe;
  std::vector<std::string> symbols;  // that have numbers
  std::vector<std::string> files;    // reference files that differ; of a recording
};

Result<Old> old_of_recording(const std::string& path, const config::Config& now) {
  auto recording = journal::Reader::open(path);
  if (!recording) return recording.error();
  auto first = pipeline::recorded_config(*recording);
  if (!first) return first.error();
  if (!first->has_value()) return fail(Exit::kUsage, path + ": is an import: it holds no universe; give a baskets.toml");
  pipeline::References references(std::move(**first));
  recording->rewind();
  while (const auto block = recording->next()) {
    if (const auto taken = references.take(*block); !taken) return taken.error();
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) {
      if (const auto observed = references.observe(record, nullptr); !observed) return observed.error();
    }
  }
  const auto catalog = pipeline::recorded_catalog(*recording);
  if (!catalog) return catalog.error();
  Old old{references.announced().universe, catalog->symbols, {}};
  std::stringstream names(pipeline::changed_text(pipeline::changed_references(references.announced(), now)));
  for (std::string name; std::getline(names, name, ',');) old.files.push_back(name.substr(name.find_first_not_of(' ')));
  return old;
}

Result<Old> old_of(const std::string& path, const config::Config& now) {
  if (std::filesystem::is_directory(path) || std::filesystem::path(path).extension() == ".gsj") return old_of_recording(path, now);
  std::ifstream file(path);
  if (!file) return fail(Exit::kNoInput, path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  config::Findings findings;
  Old old{config::parse_universe(text.str(), path, findings), {}, {}};
  if (!findings.empty()) return findings.error();
  old.symbols = universe_symbols(old.universe);
  return old;
}

std::string dates_text(const Member& member) {
  const std::string from = member.from_session == 0 ? "the first session" : config::format_date(member.from_session);
  const std::string to = member.to_session == Member{}.to_session ? "on" : "to " + config::format_date(member.to_session);
  return "from " + from + " " + to;
}
std::string role_text(const Member& member) { return std::string(kRoleNames[static_cast<std::size_t>(member.role)]); }

using Places = std::map<std::string, std::vector<Member>>;  // memberships of a basket, by symbol
Places places_of(const Basket* basket) {
  Places places;
  if (basket == nullptr) return places;
  for (const Member& member : basket->members) places[member.symbol].push_back(member);
  for (auto& [symbol, members] : places)
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.from_session < b.from_session; });
  return places;
}

Json change(const char* what, const std::string& basket, const std::string& symbol, const std::string& before, const std::string& now) {
  return {{"change", what}, {"basket", basket}, {"symbol", symbol}, {"before", before}, {"now", now}};
}

template <class Text>
std::string all_of(const std::vector<Member>& members, Text&& text) {
  std::string joined;
  for (const Member& member : members) joined += (joined.empty() ? "" : "; ") + text(member);
  return joined;
}

void compare_baskets(const Basket* before, const Basket* now, Json& changes) {
  const std::string& id = now != nullptr ? now->id : before->id;
  const auto wave = [](const Basket* b) { return b == nullptr ? "" : std::string(kWaveNames[static_cast<std::size_t>(b->wave) - 1]); };
  if (before == nullptr) changes.push_back(change("basket_new", id, "", "", wave(now)));
  if (now == nullptr) changes.push_back(change("basket_gone", id, "", wave(before), ""));
  if (before != nullptr && now != nullptr && before->wave != now->wave) changes.push_back(change("wave", id, "", wave(before), wave(now)));
  const Places then = places_of(before), places = places_of(now);
  for (const auto& [symbol, members] : places) {
    if (!then.contains(symbol))
      changes.push_back(change("joins", id, symbol, "", role_text(members.front()) + " " + all_of(members, dates_text)));
  }
  for (const auto& [symbol, members] : then) {
    const auto found = places.find(symbol);
    if (found == places.end()) {
      changes.push_back(change("leaves", id, symbol, role_text(members.front()) + " " + all_of(members, dates_text), ""));
      continue;
    }
    const std::string role = all_of(members, role_text), role_now = all_of(found->second, role_text);
    const std::string dates = all_of(members, dates_text), dates_now = all_of(found->second, dates_text);
    if (role != role_now) changes.push_back(change("role", id, symbol, role, role_now));
    if (dates != dates_now) changes.push_back(change("dates", id, symbol, dates, dates_now));
  }
}

const Basket* find_basket(const Universe& universe, const std::string& id) {
  const auto found = std::find_if(universe.baskets.begin(), universe.baskets.end(), [&](const Basket& b) { return b.id == id; });
  return found == universe.baskets.end() ? nullptr : &*found;
}

Json compare_definitions(const Universe& before, const config::Config& now) {
  const auto options = pipeline::book_options(now);
  std::map<std::string, std::uint64_t> then;
  for (const signal::CatalogRow& row : signal::signal_catalog(before, options)) then[row.id] = row.definition;
  Json changes = Json::array();
  for (const signal::CatalogRow& row : signal::signal_catalog(now.universe, options)) {
    const auto found = then.find(row.id);
    if (found == then.end()) changes.push_back({{"signal", row.id}, {"change", "new"}});
    if (found != then.end() && found->second != row.definition) changes.push_back({{"signal", row.id}, {"change", "redefined"}});
    if (found != then.end()) then.erase(found);
  }
  for (const auto& gone : then) changes.push_back({{"signal", gone.first}, {"change", "gone"}});
  if (before.benchmarks[0] != now.universe.benchmarks[0])
    changes.push_back({{"signal", "all against the primary benchmark"}, {"change", "redefined"}});
  return changes;
}

void print(const Json& report) {
  for (const Json& each : report["changes"]) {
    const std::string what = each["change"], symbol = each["symbol"], before = each["before"], now = each["now"];
    std::string text = each["basket"].get<std::string>() + ": " + what + (symbol.empty() ? "" : " " + symbol);
    if (!before.empty()) text += ": " + before;
    if (!now.empty()) text += (before.empty() ? ": " : " -> ") + now;
    fmt::print("{}\n", text);
  }
  for (const Json& each : report["new_symbols"]) fmt::print("new symbol {}: it gets an id of its own\n", each.get<std::string>());
  for (const Json& each : report["files"]) fmt::print("other {} than in the recording\n", each.get<std::string>());
  for (const Json& each : report["definitions"])
    fmt::print("number {}: {}\n", each["signal"].get<std::string>(), each["change"].get<std::string>());
  if (report["takes_reload"].get<bool>()) {
    fmt::print("{} changes; a running engine takes them by SIGHUP\n", report["changes"].size() + report["files"].size());
  } else {
    fmt::print("an engine that runs cannot take this: {}\n", report["refused"].get<std::string>());
  }
}

}  // namespace

Result<void> print_changes(const config::Config& now, const std::string& against, bool json) {
  const auto old = old_of(against, now);
  if (!old) return old.error();
  Json report = {{"schema", "groundswell.check_against/1"},
                 {"before", old->universe.version},
                 {"now", now.universe.version},
                 {"changes", Json::array()},
                 {"new_symbols", Json::array()},
                 {"files", old->files}};
  for (const Basket& basket : now.universe.baskets) compare_baskets(find_basket(old->universe, basket.id), &basket, report["changes"]);
  for (const Basket& basket : old->universe.baskets) {
    if (find_basket(now.universe, basket.id) == nullptr) compare_baskets(&basket, nullptr, report["changes"]);
  }
  for (const std::string& symbol : universe_symbols(now.universe)) {
    if (std::find(old->symbols.begin(), old->symbols.end(), symbol) == old->symbols.end()) report["new_symbols"].push_back(symbol);
  }
  report["definitions"] = compare_definitions(old->universe, now);
  config::Config before = now;
  before.universe = old->universe;
  const auto taken = pipeline::reference_data(now, before);
  report["takes_reload"] = taken.has_value();
  report["refused"] = taken ? "" : taken.error().message;
  if (json) {
    fmt::print("{}\n", report.dump());
  } else {
    print(report);
  }
  return {};
}

}  // namespace groundswell::app
