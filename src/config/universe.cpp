#include "groundswell/universe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "config/calendar.hpp"
#include "config/config.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

constexpr std::size_t kLongestSymbol = 16;
constexpr std::size_t kLongestId = 64;
constexpr std::array<std::string_view, 2> kTakenScopes{"thesis", "symbols"};  // scopes of their own on the wire

template <class Names>
std::vector<std::string_view> words(const Names& names) {
  return {names.begin(), names.end()};
}

template <class Enum, class Names>
Enum by_name(const std::string& name, const Names& names, int first) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin() + first);
}

class UniverseParser {
 public:
  explicit UniverseParser(Findings& findings) : findings_(findings) {}

  Universe parse(const Node& root) {
    TableReader reader(root, "", findings_);
    universe_.version = reader.text("version").value_or("");
    read_benchmarks(reader, root);
    const Node* const baskets = reader.array("basket");
    if (baskets != nullptr) {
      for (const Node& basket : std::get<Array>(baskets->value)) read_basket(basket);
    }
    reader.finish();
    const bool none = baskets != nullptr ? std::get<Array>(baskets->value).empty() : !reader.has("basket");
    if (none) findings_.add(reader.at("basket"), "no baskets; add at least one [[basket]]");
    return std::move(universe_);
  }

 private:
  void read_benchmarks(TableReader& root_reader, const Node& root) {
    const Node* const table = root_reader.table("benchmarks");
    if (table == nullptr) {
      if (!root_reader.has("benchmarks")) findings_.add(root.at, "no primary benchmark; add benchmarks = { primary = \"SPY\" }");
      return;
    }
    TableReader reader(*table, "benchmarks", findings_);
    for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
      std::string symbol = read_symbol(reader, kBenchmarkRoleNames[role]);
      const auto& taken = universe_.benchmarks;
      const auto equal = symbol.empty() ? taken.end() : std::find(taken.begin(), taken.end(), symbol);
      if (equal != taken.end()) {
        findings_.add(reader.at(kBenchmarkRoleNames[role]),
                      fmt::format("{} is the {} benchmark already; name another or none", symbol,
                                  kBenchmarkRoleNames[static_cast<std::size_t>(equal - taken.begin())]));
      } else {
        universe_.benchmarks[role] = std::move(symbol);
      }
    }
    if (!reader.has("primary")) findings_.add(table->at, "no primary benchmark; add primary = \"SPY\"");
    reader.finish();
  }

  std::string read_symbol(TableReader& reader, std::string_view key) {
    const std::optional<std::string> symbol = reader.text(key);
    if (!symbol || is_name(*symbol, Letters::kUpper, ".-", kLongestSymbol)) return symbol.value_or("");
    findings_.add(reader.at(key), fmt::format("bad symbol '{}'; use 1 to {} of A-Z 0-9 . -", *symbol, kLongestSymbol));
    return "";
  }

  void read_basket(const Node& node) {
    Basket basket;
    TableReader reader(node, "basket", findings_);
    read_id(reader, node, basket);
    if (const auto wave = reader.choice("wave", words(kWaveNames))) basket.wave = by_name<Wave>(*wave, kWaveNames, 1);
    if (!reader.has("wave")) findings_.add(node.at, fmt::format("a basket without wave; add wave = one of {}", join(words(kWaveNames))));
    basket.name = reader.text("name").value_or(basket.id);
    basket.supplier = reader.boolean("supplier").value_or(basket.supplier);
    if (const Node* members = reader.array("members")) read_members(*members, basket);
    if (!reader.has("members")) findings_.add(node.at, "a basket without members; add members = [ … ]");
    reader.finish();
    universe_.baskets.push_back(std::move(basket));
  }

  void read_id(TableReader& reader, const Node& node, Basket& basket) {
    const std::optional<std::string> id = reader.text("id");
    if (!reader.has("id")) findings_.add(node.at, "a basket without id; add id = \"…\"");
    if (!id) return;
    if (!is_name(*id, Letters::kLower, "_", kLongestId)) {
      findings_.add(reader.at("id"), fmt::format("bad basket id '{}'; use 1 to {} of a-z 0-9 _", *id, kLongestId));
    } else if (std::find(kTakenScopes.begin(), kTakenScopes.end(), *id) != kTakenScopes.end()) {
      findings_.add(reader.at("id"), fmt::format("'{}' is a scope of its own; choose another basket id", *id));
    } else if (const auto [first, added] = id_lines_.emplace(*id, reader.at("id").line); !added) {
      findings_.add(reader.at("id"), fmt::format("basket '{}' is there already, in line {}; rename or remove one", *id, first->second));
    }
    basket.id = *id;
  }

  void read_members(const Node& array, Basket& basket) {
    const auto& nodes = std::get<Array>(array.value);
    if (nodes.empty()) findings_.add(array.at, fmt::format("basket '{}' is empty; add members or remove it", basket.id));
    for (const Node& node : nodes) {
      Member member = read_member(node);
      const auto overlaps = [&](const Member& other) {
        return other.symbol == member.symbol && other.from_session < member.to_session && member.from_session < other.to_session;
      };
      if (!member.symbol.empty() && std::any_of(basket.members.begin(), basket.members.end(), overlaps)) {
        findings_.add(find(node, "symbol")->at,
                      fmt::format("{} is in basket '{}' already at that time; keep one or part their dates", member.symbol, basket.id));
      }
      basket.members.push_back(std::move(member));
    }
  }

  Member read_member(const Node& node) {
    Member member;
    TableReader reader(node, "member", findings_);
    if (!std::holds_alternative<Table>(node.value)) return member;
    member.symbol = read_symbol(reader, "symbol");
    if (!reader.has("symbol")) findings_.add(node.at, "a member without symbol; add symbol = \"…\"");
    if (const auto role = reader.choice("role", words(kRoleNames))) member.role = by_name<Role>(*role, kRoleNames, 0);
    member.from_session = read_date(reader, "from", member.from_session);
    member.to_session = read_date(reader, "to", member.to_session);
    if (member.from_session >= member.to_session) {
      findings_.add(reader.at("to"), fmt::format("{} leaves on {} but joins on {}; `to` is the first session without it and must be later",
                                                 member.symbol, format_date(member.to_session), format_date(member.from_session)));
    }
    reader.finish();
    return member;
  }

  std::uint32_t read_date(TableReader& reader, std::string_view key, std::uint32_t otherwise) {
    const std::optional<std::string> text = reader.text(key);
    if (!text) return otherwise;
    const std::optional<std::uint32_t> date = parse_date(*text);
    if (!date) findings_.add(reader.at(key), fmt::format("bad date '{}'; write a real one as \"YYYY-MM-DD\"", *text));
    return date.value_or(otherwise);
  }

  Findings& findings_;
  Universe universe_;
  std::map<std::string, std::uint32_t> id_lines_;
};

}  // namespace

Universe parse_universe(std::string_view text, const std::string& file_name, Findings& findings) {
  const std::size_t before = findings.size();
  const Node root = parse_toml(text, file_name, findings);
  if (findings.size() != before) return {};  // what a broken file lacks is not worth telling
  return UniverseParser{findings}.parse(root);
}

}  // namespace groundswell::config
