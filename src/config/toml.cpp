#include "config/toml.hpp"

#include <fmt/format.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <toml++/toml.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <array>
#include <tuple>

#include "base/nearest.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

Position to_position(const toml::source_position& at, const std::string& file_name) { return {file_name, at.line, at.column}; }

Node to_node(const toml::node& from, const std::string& file_name);

Table to_table(const toml::table& from, const std::string& file_name) {
  Table table;
  for (const auto& [key, value] : from) {
    Node node = to_node(value, file_name);
    node.key_at = to_position(key.source().begin, file_name);
    table.push_back({std::string{key.str()}, std::move(node)});
  }
  // The library keeps keys by name; the order of baskets and keys in the file is part of their meaning.
  std::stable_sort(table.begin(), table.end(), [](const Entry& left, const Entry& right) {
    const Position& a = left.node.key_at;
    const Position& b = right.node.key_at;
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return table;
}

Node to_node(const toml::node& from, const std::string& file_name) {
  Node node;
  node.at = to_position(from.source().begin, file_name);
  if (const auto* table = from.as_table()) {
    node.value = to_table(*table, file_name);
  } else if (const auto* array = from.as_array()) {
    Array elements;
    for (const toml::node& element : *array) elements.push_back(to_node(element, file_name));
    node.value = std::move(elements);
  } else if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.value = integer->get();
  } else if (const auto* number = from.as_floating_point()) {
    node.value = number->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.value = boolean->get();
  }
  return node;
}

std::string_view type_name(const Node& node) {
  constexpr std::array<std::string_view, 7> kNames{"a date or time", "text",    "a whole number", "a number",
                                                   "true or false",  "a table", "an array"};
  return kNames[node.value.index()];
}

}  // namespace

std::string place(const Position& at) { return at.line == 0 ? at.file : fmt::format("{}:{}:{}", at.file, at.line, at.column); }

void Findings::add(const Position& at, std::string what) { lines_.push_back({at, std::move(what)}); }

Error Findings::error() const {
  std::vector<Line> sorted = lines_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Line& left, const Line& right) {
    return std::tie(left.at.file, left.at.line, left.at.column) < std::tie(right.at.file, right.at.line, right.at.column);
  });
  std::string message;
  for (const Line& line : sorted) {
    if (!message.empty()) message += '\n';
    message += place(line.at) + ": " + line.what;
  }
  return fail(Exit::kConfig, message);
}

Node parse_toml(std::string_view text, const std::string& file_name, Findings& findings) {
  try {
    return to_node(toml::parse(text, file_name), file_name);
  } catch (const toml::parse_error& error) {
    findings.add(to_position(error.source().begin, file_name), fmt::format("{}; correct the TOML here", error.description()));
  }
  Node empty;
  empty.at = {file_name, 1, 1};
  empty.value = Table{};
  return empty;
}

const Node* find(const Node& table, std::string_view key) {
  const auto* entries = std::get_if<Table>(&table.value);
  if (entries == nullptr) return nullptr;
  const auto found = std::find_if(entries->begin(), entries->end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries->end() ? nullptr : &found->node;
}

TableReader::TableReader(const Node& table, std::string path, Findings& findings)
    : node_(table), path_(std::move(path)), findings_(findings) {
  if (!std::holds_alternative<Table>(node_.value)) {
    findings_.add(node_.at, fmt::format("{} is {}; write a table: {{ key = value, … }}", path_, type_name(node_)));
  }
}

std::string TableReader::name(std::string_view key) const { return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key); }

const Node* TableReader::take(std::string_view key) {
  known_.emplace_back(key);
  return find(node_, key);
}

void TableReader::wrong_type(std::string_view key, const Node& node, std::string_view wanted) {
  findings_.add(node.at, fmt::format("{} is {}; write {}", name(key), type_name(node), wanted));
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<std::string>(&node->value)) return *value;
  wrong_type(key, *node, "text in double quotes");
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t low, std::int64_t high) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* const value = std::get_if<std::int64_t>(&node->value);
  if (value == nullptr) {
    wrong_type(key, *node, fmt::format("a whole number from {} to {}", low, high));
  } else if (*value < low || *value > high) {
    findings_.add(node->at, fmt::format("{} is {}; choose {} to {}", name(key), *value, low, high));
  } else {
    return *value;
  }
  return std::nullopt;
}

std::optional<double> TableReader::number(std::string_view key, double low, double high) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* const whole = std::get_if<std::int64_t>(&node->value);
  const auto* const real = std::get_if<double>(&node->value);
  if (whole == nullptr && real == nullptr) {
    wrong_type(key, *node, fmt::format("a number from {} to {}", low, high));
    return std::nullopt;
  }
  const double value = whole != nullptr ? static_cast<double>(*whole) : *real;
  if (value >= low && value <= high) return value;  // also refuses nan
  findings_.add(node->at, fmt::format("{} is {}; choose {} to {}", name(key), value, low, high));
  return std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&node->value)) return *value;
  wrong_type(key, *node, "true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> TableReader::duration_ns(std::string_view key, std::uint64_t low_ns, std::uint64_t high_ns) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* const text = std::get_if<std::string>(&node->value);
  if (text == nullptr) {
    wrong_type(key, *node, fmt::format("a whole number with a unit ({}) in double quotes", kDurationUnits));
    return std::nullopt;
  }
  const std::optional<std::uint64_t> value_ns = parse_duration_ns(*text);
  if (!value_ns) {
    findings_.add(node->at,
                  fmt::format("{} = \"{}\" is no duration; write a whole number with a unit: {}", name(key), *text, kDurationUnits));
  } else if (*value_ns < low_ns || *value_ns > high_ns) {
    findings_.add(node->at, fmt::format("{} is {}; choose {} to {}", name(key), *text, print_duration(low_ns), print_duration(high_ns)));
  } else {
    return value_ns;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> TableReader::bytes(std::string_view key, std::uint64_t low, std::uint64_t high) {
  const Node* const node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* const text = std::get_if<std::string>(&node->value);
  if (text == nullptr) {
    wrong_type(key, *node, fmt::format("a whole number with a unit ({}) in double quotes", kByteUnits));
    return std::nullopt;
  }
  const std::optional<std::uint64_t> value = parse_bytes(*text);
  if (!value) {
    findings_.add(node->at, fmt::format("{} = \"{}\" is no size; write a whole number with a unit: {}", name(key), *text, kByteUnits));
  } else if (*value < low || *value > high) {
    findings_.add(node->at, fmt::format("{} is {}; choose {} to {}", name(key), *text, print_bytes(low), print_bytes(high)));
  } else {
    return value;
  }
  return std::nullopt;
}

std::optional<std::string> TableReader::choice(std::string_view key, std::initializer_list<std::string_view> allowed) {
  return choice(key, std::vector<std::string_view>{allowed});
}

std::optional<std::string> TableReader::choice(std::string_view key, const std::vector<std::string_view>& allowed) {
  const std::optional<std::string> value = text(key);
  if (!value || std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return value;
  findings_.add(at(key), fmt::format("{} = \"{}\" is unknown; choose {}", name(key), *value, join(allowed)));
  return std::nullopt;
}

const Node* TableReader::table(std::string_view key) {
  const Node* const node = take(key);
  if (node == nullptr || std::holds_alternative<Table>(node->value)) return node;
  wrong_type(key, *node, "a table");
  return nullptr;
}

const Node* TableReader::array(std::string_view key) {
  const Node* const node = take(key);
  if (node == nullptr || std::holds_alternative<Array>(node->value)) return node;
  wrong_type(key, *node, "an array");
  return nullptr;
}

const Node* TableReader::any(std::string_view key) { return take(key); }

const Position& TableReader::at(std::string_view key) const {
  const Node* const node = find(node_, key);
  return node == nullptr ? node_.at : node->at;
}

void TableReader::finish() {
  const auto* const entries = std::get_if<Table>(&node_.value);
  if (entries == nullptr) return;
  const std::vector<std::string_view> known{known_.begin(), known_.end()};
  for (const auto& [key, node] : *entries) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::optional<std::string_view> close = nearest(key, known);
    findings_.add(node.key_at, close ? fmt::format("unknown key '{}'; did you mean '{}'?", name(key), *close)
                                     : fmt::format("unknown key '{}'; the keys here are {}", name(key), join(known)));
  }
}

}  // namespace groundswell::config
