// TOML with positions, and findings that are collected instead of thrown. toml++ itself is fenced into toml.cpp.
// Thread: the one that loads the configuration.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace groundswell::config {

struct Position {
  std::string file;          // or what else a value came from: "environment GROUNDSWELL_TIME__SOURCE"
  std::uint32_t line = 0;    // 1-based; 0 = none: the value did not come from a file
  std::uint32_t column = 0;  // 1-based, in characters
};
std::string place(const Position& at);  // as findings begin: "file:line:column", or what else it came from

// All findings of one load, reported together: "file:line:column: what; what to do", one per line, exit 78.
class Findings {
 public:
  void add(const Position& at, std::string what);  // `what` holds both halves
  bool empty() const noexcept { return lines_.empty(); }
  std::size_t size() const noexcept { return lines_.size(); }
  Error error() const;  // exit 78, all lines in order of file, line, column
 private:
  struct Line {
    Position at;
    std::string what;
  };
  std::vector<Line> lines_;
};

struct Node;
struct Entry;
using Table = std::vector<Entry>;  // file order
using Array = std::vector<Node>;

struct Node {
  Position at;                                                                                // of the value
  Position key_at;                                                                            // of its key, in a table
  std::variant<std::monostate, std::string, std::int64_t, double, bool, Table, Array> value;  // monostate: a date or time
};

struct Entry {
  std::string key;
  Node node;
};

// Parses `text`; syntax errors go to `findings` and an empty table comes back.
Node parse_toml(std::string_view text, const std::string& file_name, Findings& findings);

const Node* find(const Node& table, std::string_view key);  // nothing when it is no table or has no such key

// Reads one table: take every known key, then call finish(), which reports each key that nobody took and suggests the nearest known one.
// `table` and `findings` must outlive it. Pointers and positions it returns belong to `table`.
class TableReader {
 public:
  // `path` stands before the keys in findings: "time", "basket"; "" for the whole file. A node that is no table is a finding.
  TableReader(const Node& table, std::string path, Findings& findings);
  // Each returns nothing when the key is absent; a value of the wrong type or out of range is a finding (and nothing).
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::optional<double> number(std::string_view key, double low, double high);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::uint64_t> duration_ns(std::string_view key, std::uint64_t low_ns, std::uint64_t high_ns);  // "500ms" "1s"
  std::optional<std::uint64_t> bytes(std::string_view key, std::uint64_t low, std::uint64_t high);              // "64KiB"
  std::optional<std::string> choice(std::string_view key, std::initializer_list<std::string_view> allowed);
  std::optional<std::string> choice(std::string_view key, const std::vector<std::string_view>& allowed);
  const Node* table(std::string_view key);  // a sub-table, or nothing
  const Node* array(std::string_view key);
  const Node* any(std::string_view key);
  const Position& at(std::string_view key) const;  // of the key's value if present, else of the table
  bool has(std::string_view key) const { return find(node_, key) != nullptr; }
  void finish();

 private:
  const Node* take(std::string_view key);
  std::string name(std::string_view key) const;  // with the path before it
  void wrong_type(std::string_view key, const Node& node, std::string_view wanted);
  const Node& node_;
  std::string path_;
  Findings& findings_;
  std::vector<std::string> known_;
};

}  // namespace groundswell::config
