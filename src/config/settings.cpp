#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "base/durations.hpp"
#include "base/keys.hpp"
#include "config/triggers.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

constexpr std::size_t kLongestName = 32;

template <std::size_t N>
std::vector<std::string_view> words(const std::array<std::string_view, N>& names) {
  return {names.begin(), names.end()};
}

template <class Enum, std::size_t N>
void read_choice(TableReader& reader, std::string_view key, Enum& value, const std::array<std::string_view, N>& names) {
  const std::optional<std::string> name = reader.choice(key, words(names));
  if (name) value = static_cast<Enum>(std::find(names.begin(), names.end(), *name) - names.begin());
}

// Visitor: takes the keys of each section from the file.
class SettingsReader {
 public:
  SettingsReader(TableReader& root, Findings& findings) : root_(root), findings_(findings) {}

  void section(std::string_view name) {
    finish();
    const Node* const table = root_.table(name);
    section_.emplace(table == nullptr ? empty_ : *table, std::string{name}, findings_);
  }
  void text(std::string_view key, std::string& value, TextRule rule) {
    const std::optional<std::string> text = section_->text(key);
    if (!text) return;
    if (rule == TextRule::kNodeName && !is_name(*text, Letters::kBoth, "_-", kLongestName)) {
      findings_.add(section_->at(key), fmt::format("'{}' is no name; use 1 to {} of A-Z a-z 0-9 _ -", *text, kLongestName));
    } else if ((rule == TextRule::kLocalEndpoint || (rule == TextRule::kLocalEndpointOrNone && !text->empty())) &&
               !is_local_endpoint(*text)) {
      findings_.add(section_->at(key),
                    fmt::format("'{}': the engine binds loopback or ipc only; write ipc://PATH or tcp://127.0.0.1:PORT", *text));
    } else if (rule == TextRule::kPublicKey && !text->empty() && !net::is_key(*text)) {
      findings_.add(section_->at(key), fmt::format("{} is no public key; it has 40 characters, as `groundswell keygen` prints it", key));
    } else if ((rule == TextRule::kEndpoint || (rule == TextRule::kEndpointOrNone && !text->empty())) && !is_endpoint(*text)) {
      findings_.add(section_->at(key), fmt::format("'{}' is no endpoint; write tcp://HOST:PORT or ipc://PATH", *text));
    } else if (rule == TextRule::kListen && !net::parse_listen(*text)) {
      findings_.add(section_->at(key), fmt::format("'{}' is no address; write HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080", *text));
    } else if (rule == TextRule::kPins && !parse_pins(*text)) {
      findings_.add(section_->at(key), fmt::format("'{}' pins nothing; write STAGE:CPU …, as in \"core:2 journal:3\", with the stages {}",
                                                   *text, join(words(kPinStages))));
    } else {
      value = *text;
    }
  }
  template <class Enum, std::size_t N>
  void choice(std::string_view key, Enum& value, const std::array<std::string_view, N>& names) {
    read_choice(*section_, key, value, names);
  }
  void duration(std::string_view key, std::uint64_t& value_ns, std::uint64_t low_ns, std::uint64_t high_ns) {
    value_ns = section_->duration_ns(key, low_ns, high_ns).value_or(value_ns);
  }
  void bytes(std::string_view key, std::uint64_t& value, std::uint64_t low, std::uint64_t high) {
    value = section_->bytes(key, low, high).value_or(value);
  }
  void integer(std::string_view key, std::uint32_t& value, std::uint32_t low, std::uint32_t high) {
    value = static_cast<std::uint32_t>(section_->integer(key, low, high).value_or(value));
  }
  void boolean(std::string_view key, bool& value) { value = section_->boolean(key).value_or(value); }
  void number(std::string_view key, double& value, double low, double high) { value = section_->number(key, low, high).value_or(value); }
  void finish() {
    if (section_) section_->finish();
    section_.reset();
  }

 private:
  TableReader& root_;
  Findings& findings_;
  Node empty_{{}, {}, Table{}};
  std::optional<TableReader> section_;
};

Coverage read_coverage(const Node& node, const std::string& path, const Coverage& otherwise, Findings& findings) {
  Coverage coverage = otherwise;
  TableReader reader(node, path, findings);
  if (const auto members = reader.integer("min_members", 1, kLargestMinMembers))
    coverage.min_members = static_cast<std::uint32_t>(*members);
  if (const auto share = reader.number("share", 0, 1)) {
    const double scaled = *share * kShareScale;
    const double whole = std::nearbyint(scaled);
    coverage.share_e4 = static_cast<std::uint32_t>(whole);
    if (std::abs(scaled - whole) > 1e-9) findings.add(reader.at("share"), fmt::format("{}.share has more than 4 decimals; round it", path));
  }
  reader.finish();
  return coverage;
}

void read_coverage_by_signal(const Node& node, Config& config, Findings& findings) {
  for (const auto& [signal, value] : std::get<Table>(node.value)) {
    if (!is_name(signal, Letters::kLower, "_", 64)) {
      findings.add(value.key_at, fmt::format("'{}' is no signal id; `groundswell signals` lists them", signal));
    }
    Coverage& coverage = config.coverage_by_signal[signal];
    coverage = read_coverage(value, "coverage_by_signal." + signal, config.coverage, findings);
    coverage.place = place(value.key_at);
  }
}

// An endpoint, "" when there is none or what there is is wrong.
std::string read_endpoint(TableReader& reader, std::string_view key, bool must_be_local, Findings& findings) {
  const std::string endpoint = reader.text(key).value_or("");
  if (endpoint.empty() && (key != "endpoint" || !reader.has(key))) return endpoint;
  if (!is_endpoint(endpoint)) {
    findings.add(reader.at(key), fmt::format("'{}' is no endpoint; write tcp://HOST:PORT or ipc://PATH", endpoint));
  } else if (must_be_local && !is_local_endpoint(endpoint)) {
    findings.add(reader.at(key),
                 fmt::format("'{}' can be reached from other machines, and nothing says who may connect; write ipc://PATH or "
                             "tcp://127.0.0.1:PORT, or set security.curve = \"required\" (see: groundswell keygen)",
                             endpoint));
  } else {
    return endpoint;
  }
  return {};
}

Feed read_feed(const Node& node, const Config& config, std::set<std::string>& names, Findings& findings) {
  Feed feed;
  TableReader reader(node, "feed", findings);
  feed.name = reader.text("name").value_or("");
  if (!reader.has("name")) {
    findings.add(node.at, "a feed without name; add name = \"…\"");
  } else if (!feed.name.empty() || std::holds_alternative<std::string>(find(node, "name")->value)) {
    if (!is_name(feed.name, Letters::kBoth, "_-", kLongestName)) {
      findings.add(reader.at("name"), fmt::format("'{}' is no name; use 1 to {} of A-Z a-z 0-9 _ -", feed.name, kLongestName));
    } else if (!names.insert(feed.name).second) {
      findings.add(reader.at("name"), fmt::format("feed '{}' is there already; give each feed its own name", feed.name));
    }
  }
  read_choice(reader, "pattern", feed.pattern, kFeedPatternNames);
  read_choice(reader, "mode", feed.mode, kEndpointModeNames);
  if (!reader.has("endpoint")) findings.add(node.at, "a feed without endpoint; add endpoint = \"tcp://HOST:PORT\"");
  const bool must_be_local = feed.mode == EndpointMode::kBind && config.security_curve == Curve::kOff;
  feed.endpoint = read_endpoint(reader, "endpoint", must_be_local, findings);
  feed.line_b = read_endpoint(reader, "line_b", must_be_local, findings);
  feed.fill = read_endpoint(reader, "fill", false, findings);
  feed.server_key = reader.text("server_key").value_or("");
  if (!feed.server_key.empty() && !net::is_key(feed.server_key)) {
    findings.add(reader.at("server_key"), "server_key is no public key; it has 40 characters, as `groundswell keygen` prints it");
  } else if (!feed.server_key.empty() && config.security_key.empty()) {
    findings.add(reader.at("server_key"),
                 "a sender that proves its key wants ours too; set security.key to a file of `groundswell keygen`");
  }
  if (!feed.line_b.empty() && feed.line_b == feed.endpoint) {
    findings.add(reader.at("line_b"),
                 fmt::format("line_b is the endpoint of line A, '{}'; leave it out, or name the second line", feed.line_b));
  }
  feed.repair_ns = reader.duration_ns("repair", 0, kLongestRepairNs).value_or(feed.repair_ns);
  feed.hold_ticks = static_cast<std::uint32_t>(reader.integer("hold", kFewestHoldTicks, kMostHoldTicks).value_or(feed.hold_ticks));
  reader.finish();
  return feed;
}

// The table that holds the last part of `key`, made where there is none; nothing when the file has something else there.
Table* owner(Node& root, std::string_view& key, const Position& at) {
  auto* table = std::get_if<Table>(&root.value);
  while (table != nullptr) {
    const std::size_t dot = key.find('.');
    if (dot == std::string_view::npos) return table;
    const std::string_view part = key.substr(0, dot);
    key.remove_prefix(dot + 1);
    auto found = std::find_if(table->begin(), table->end(), [&](const Entry& entry) { return entry.key == part; });
    if (found == table->end()) found = table->insert(table->end(), {std::string{part}, Node{at, at, Table{}}});
    table = std::get_if<Table>(&found->node.value);
  }
  return nullptr;
}

// Every position in `node` becomes `at`: a line in an environment variable means nothing to anybody.
void move_to(Node& node, const Position& at) {
  node.at = node.key_at = at;
  if (auto* table = std::get_if<Table>(&node.value)) {
    for (Entry& entry : *table) move_to(entry.node, at);
  } else if (auto* array = std::get_if<Array>(&node.value)) {
    for (Node& element : *array) move_to(element, at);
  }
}

Node override_value(const std::string& text, const Position& at) {
  Findings none;  // what is no TOML is text: a path or a word needs no quotes in a shell
  Node parsed = parse_toml("value = " + text, at.file, none);
  auto& table = std::get<Table>(parsed.value);
  const bool one_value = none.empty() && table.size() == 1 && !std::holds_alternative<std::monostate>(table.front().node.value);
  Node node = one_value ? std::move(table.front().node) : Node{at, at, text};
  move_to(node, at);
  return node;
}

}  // namespace

std::string_view threads_name(Threads threads) noexcept { return kThreadsNames[static_cast<std::size_t>(threads)]; }

std::optional<std::vector<Pin>> parse_pins(std::string_view text) {
  std::vector<Pin> pins;
  while (!(text = trim(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view stage = word.substr(0, colon), cpu = word.substr(colon + 1);
    if (std::find(kPinStages.begin(), kPinStages.end(), stage) == kPinStages.end()) return std::nullopt;
    Pin pin{std::string{stage}, 0};
    const auto [stopped, error] = std::from_chars(cpu.data(), cpu.data() + cpu.size(), pin.cpu);
    if (error != std::errc{} || stopped != cpu.data() + cpu.size()) return std::nullopt;
    pins.push_back(std::move(pin));
  }
  return pins;
}

void read_settings(const Node& root, Config& config, Findings& findings) {
  TableReader reader(root, "", findings);
  if (const Node* coverage = reader.table("coverage")) config.coverage = read_coverage(*coverage, "coverage", config.coverage, findings);
  SettingsReader settings(reader, findings);
  visit_settings(config, settings);
  settings.finish();
  if (const Node* by_signal = reader.table("coverage_by_signal")) read_coverage_by_signal(*by_signal, config, findings);
  if (const Node* triggers = reader.array("trigger")) config.triggers = read_triggers(*triggers, findings);
  if (const Node* feeds = reader.array("feed")) {
    std::set<std::string> names;
    for (const Node& feed : std::get<Array>(feeds->value)) config.feeds.push_back(read_feed(feed, config, names, findings));
  }
  reader.finish();
  if (!config.live_signals.empty()) config.live_signals_place = place(find(*find(root, "levels"), "signals")->at);
  if (kMinuteNs % config.grid_step_ns != 0) {
    const Node* const grid = find(root, "grid");
    findings.add(find(*grid, "step")->at,
                 fmt::format("grid.step = {} does not divide a minute; choose 100ms, 200ms, 250ms, 500ms, 1s, 5s, …",
                             print_duration(config.grid_step_ns)));
  }
  if (config.security_curve == Curve::kRequired && (config.security_key.empty() || config.security_allow_list.empty())) {
    findings.add(find(*find(root, "security"), "curve")->at,
                 "curve = \"required\" needs security.key and security.allow_list; `groundswell keygen` makes both");
  }
  if (const auto listen = net::parse_listen(config.web.listen);
      listen && !net::is_loopback_host(listen->host) && !config.web.trusted_proxy) {
    findings.add(
        find(*find(root, "web"), "listen")->at,
        fmt::format("'{}' can be reached from other machines, and the console asks nobody who they are; listen on 127.0.0.1, or put a "
                    "proxy with TLS and login before it and set web.trusted_proxy = true (docs/console.md)",
                    config.web.listen));
  }
  if (config.universe_files.file.empty()) {
    findings.add(find(*find(root, "universe"), "file")->at, "universe.file is empty; name the file of the baskets");
  }
}

void apply_overrides(Node& root, const Overrides& overrides, Findings& findings) {
  for (const auto& [name, text] : overrides.values) {
    const auto source = overrides.sources.find(name);
    const Position at{source == overrides.sources.end() ? "flag --set " + name : source->second, 0, 0};
    std::string_view key = name;
    Table* const table = owner(root, key, at);
    if (table == nullptr) {
      findings.add(
          at, fmt::format("'{}' is no key: a part before its last dot is no table; `groundswell check --print-effective` lists the keys",
                          name));
      continue;
    }
    Node value = override_value(text, at);
    const auto found = std::find_if(table->begin(), table->end(), [&](const Entry& entry) { return entry.key == key; });
    if (found == table->end()) {
      table->push_back({std::string{key}, std::move(value)});
    } else {
      found->node = std::move(value);
    }
  }
}

}  // namespace groundswell::config
