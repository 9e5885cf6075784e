// The settings in force, as TOML; and the names of all settings.
#include <fmt/format.h>

#include <iterator>

#include "config/config.hpp"
#include "config/settings.hpp"
#include "config/triggers.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string print_coverage(const Coverage& coverage) {
  std::string share = fmt::format("{}.{:04}", coverage.share_e4 / kShareScale, coverage.share_e4 % kShareScale);
  while (share.back() == '0' && share[share.size() - 2] != '.') share.pop_back();
  return fmt::format("{{ min_members = {}, share = {} }}", coverage.min_members, share);
}

class SettingsPrinter {
 public:
  void section(std::string_view name) { line(fmt::format("\n[{}]", name)); }
  void text(std::string_view key, const std::string& value, TextRule) { set(key, toml_text(value)); }
  template <class Enum, std::size_t N>
  void choice(std::string_view key, Enum value, const std::array<std::string_view, N>& names) {
    set(key, toml_text(names[static_cast<std::size_t>(value)]));
  }
  void duration(std::string_view key, std::uint64_t value_ns, std::uint64_t, std::uint64_t) {
    set(key, toml_text(print_duration(value_ns)));
  }
  void bytes(std::string_view key, std::uint64_t value, std::uint64_t, std::uint64_t) { set(key, toml_text(print_bytes(value))); }
  void integer(std::string_view key, std::uint32_t value, std::uint32_t, std::uint32_t) { set(key, std::to_string(value)); }
  void boolean(std::string_view key, bool value) { set(key, value ? "true" : "false"); }
  void number(std::string_view key, double value, double, double) { set(key, fmt::format("{}", value)); }
  void set(std::string_view key, std::string_view value) { line(fmt::format("{} = {}", key, value)); }
  void line(std::string_view text) {
    out += text;
    out += '\n';
  }
  std::string out;
};

class KeyLister {
 public:
  void section(std::string_view name) { section_ = name; }
  void text(std::string_view key, const std::string&, TextRule) { add(key); }
  template <class Enum, std::size_t N>
  void choice(std::string_view key, Enum, const std::array<std::string_view, N>&) {
    add(key);
  }
  void duration(std::string_view key, std::uint64_t, std::uint64_t, std::uint64_t) { add(key); }
  void bytes(std::string_view key, std::uint64_t, std::uint64_t, std::uint64_t) { add(key); }
  void integer(std::string_view key, std::uint32_t, std::uint32_t, std::uint32_t) { add(key); }
  void boolean(std::string_view key, bool) { add(key); }
  void number(std::string_view key, double, double, double) { add(key); }
  void add(std::string_view key) { keys.push_back(fmt::format("{}.{}", section_, key)); }
  std::vector<std::string> keys;

 private:
  std::string_view section_;
};

}  // namespace

std::string print_effective(const Config& config) {
  SettingsPrinter printer;
  printer.set("coverage", print_coverage(config.coverage));
  visit_settings(config, printer);
  printer.line("\n[coverage_by_signal]");
  for (const auto& [signal, coverage] : config.coverage_by_signal) printer.set(signal, print_coverage(coverage));
  for (const Trigger& trigger : config.triggers) {
    printer.line("\n[[trigger]]");
    for (const auto& [key, value] : settings_of(trigger)) printer.text(key, value, TextRule::kAny);
    std::string scopes;
    for (const std::string& scope : trigger.scopes) scopes += (scopes.empty() ? "" : ", ") + toml_text(scope);
    printer.set("scopes", "[" + scopes + "]");
  }
  for (const Feed& feed : config.feeds) {
    printer.line("\n[[feed]]");
    printer.text("name", feed.name, TextRule::kAny);
    printer.text("endpoint", feed.endpoint, TextRule::kAny);
    printer.text("line_b", feed.line_b, TextRule::kAny);
    printer.text("fill", feed.fill, TextRule::kAny);
    printer.text("server_key", feed.server_key, TextRule::kAny);
    printer.choice("pattern", feed.pattern, kFeedPatternNames);
    printer.choice("mode", feed.mode, kEndpointModeNames);
    printer.duration("repair", feed.repair_ns, 0, 0);
    printer.integer("hold", feed.hold_ticks, 0, 0);
  }
  return printer.out;
}

std::vector<std::string> known_keys() {
  const Config defaults;
  KeyLister lister;
  visit_settings(defaults, lister);
  lister.section("coverage");
  for (const std::string_view key : kCoverageKeys) lister.add(key);
  lister.section("trigger");
  for (const std::string_view key : kTriggerKeys) lister.add(key);
  lister.section("feed");
  for (const std::string_view key : kFeedKeys) lister.add(key);
  lister.keys.emplace_back("coverage_by_signal");
  return lister.keys;
}

}  // namespace groundswell::config
