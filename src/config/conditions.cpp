#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "config/config.hpp"
#include "config/csv.hpp"
#include "config/tables.hpp"

namespace groundswell::config {
namespace {

constexpr Eligibility kUnknown{.high_low = false, .last = false, .volume = true, .vwap = false, .unknown = true};

std::optional<std::uint64_t> parse_bits(std::string_view text) {
  std::uint64_t bits = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, bits, 16);
  return failure == std::errc{} && stop == end ? std::optional{bits} : std::nullopt;
}

// Y or N of one column; anything else is a finding.
bool read_flag(const CsvField& field, Findings& findings) {
  if (field.text != "Y" && field.text != "N") findings.add(field.at, fmt::format("'{}' is neither Y nor N; write one of them", field.text));
  return field.text == "Y";
}

void read_last(const CsvField& field, Eligibility& eligibility, Findings& findings) {
  eligibility.last = field.text == "Y";
  eligibility.last_if_first = field.text == "F";
  eligibility.last_if_same_venue = field.text == "V";
  if (!eligibility.last && !eligibility.last_if_first && !eligibility.last_if_same_venue && field.text != "N") {
    findings.add(field.at, fmt::format("'{}' is no rule for last; write Y, N, F (only the first of the session) or V (only from the venue "
                                       "that set the current one)",
                                       field.text));
  }
}

void read_print(const CsvField& field, Eligibility& eligibility, Findings& findings) {
  eligibility.opening = field.text == "opening";
  eligibility.closing = field.text == "closing";
  eligibility.official_close = field.text == "official_close";
  eligibility.corrected_close = field.text == "corrected_close";
  const bool known = eligibility.opening || eligibility.closing || eligibility.official_close || eligibility.corrected_close;
  if (field.text.empty() || known) return;
  findings.add(field.at, fmt::format("unknown print '{}'; write opening, closing, official_close, corrected_close or nothing", field.text));
}

// Codes are compared as text, so a bit has one spelling: hexadecimal, lower case, no leading zeros.
void check_code(const CsvField& field, const ConditionScheme& scheme, Findings& findings) {
  if (scheme.bit_flags) {
    const std::optional<std::uint64_t> bits = parse_bits(field.text);
    if (!bits || !std::has_single_bit(*bits) || fmt::format("{:x}", *bits) != field.text) {
      findings.add(field.at, fmt::format("'{}' is no bit; write one bit as a hexadecimal number in lower case", field.text));
    }
  } else if (field.text.size() != 1) {
    findings.add(field.at, fmt::format("'{}' is no code; write one character", field.text));
  }
  const auto same = [&](const ConditionRule& rule) { return rule.code == field.text; };
  if (std::any_of(scheme.rules.begin(), scheme.rules.end(), same)) {
    findings.add(field.at, fmt::format("code '{}' is there already; keep one row", field.text));
  }
}

// The rule that all codes so far leave, and one more.
void restrict(Eligibility& all, const Eligibility& one) {
  // The strictest rule: N, then F, then V, then Y. F and V together are F: the first has no venue before it.
  const auto rank = [](const Eligibility& e) { return e.last ? 3 : e.last_if_same_venue ? 2 : e.last_if_first ? 1 : 0; };
  const int strictest = std::min(rank(all), rank(one));
  all.last = strictest == 3;
  all.last_if_same_venue = strictest == 2;
  all.last_if_first = strictest == 1;
  all.high_low = all.high_low && one.high_low;
  all.volume = all.volume && one.volume;
  all.vwap = all.vwap && one.vwap;
  all.opening = all.opening || one.opening;
  all.closing = all.closing || one.closing;
  all.official_close = all.official_close || one.official_close;
  all.corrected_close = all.corrected_close || one.corrected_close;
  all.unknown = all.unknown || one.unknown;
}

const Eligibility& rule_of(const ConditionScheme& scheme, std::string_view code) {
  const auto found = std::find_if(scheme.rules.begin(), scheme.rules.end(), [&](const ConditionRule& rule) { return rule.code == code; });
  return found == scheme.rules.end() ? kUnknown : found->eligibility;
}

Eligibility of_letters(const ConditionScheme& scheme, std::string_view codes) {
  Eligibility all;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != ' ') restrict(all, rule_of(scheme, codes.substr(i, 1)));
  }
  return all;
}

Eligibility of_bits(const ConditionScheme& scheme, std::string_view codes) {
  if (codes.empty()) return {};
  const std::optional<std::uint64_t> bits = parse_bits(codes);
  if (!bits) return kUnknown;
  Eligibility all;
  for (std::uint64_t rest = *bits; rest != 0; rest &= rest - 1) restrict(all, rule_of(scheme, fmt::format("{:x}", rest & (~rest + 1))));
  return all;
}

}  // namespace

ConditionScheme parse_conditions(std::string_view text, const std::string& name, const std::string& file_name, Findings& findings) {
  const std::vector<CsvColumn> columns{{"code"}, {"means"}, {"high_low"}, {"last"}, {"volume"}, {"vwap"}, {"print"}};
  ConditionScheme scheme;
  scheme.name = name;
  scheme.bit_flags = name.starts_with("flags_");
  const std::size_t before = findings.size();
  const Csv csv = parse_csv(text, file_name, columns, findings);
  if (const auto version = csv.settings.find("version"); version != csv.settings.end()) {
    scheme.version = version->second;
  } else {
    findings.add({file_name, 1, 1}, "no version; begin the file with the line: # version = YYYY-MM-DD");
  }
  for (const CsvRow& row : csv.rows) {
    ConditionRule rule{row.at("code").text, row.at("means").text, {}};
    check_code(row.at("code"), scheme, findings);
    rule.eligibility.high_low = read_flag(row.at("high_low"), findings);
    read_last(row.at("last"), rule.eligibility, findings);
    rule.eligibility.volume = read_flag(row.at("volume"), findings);
    rule.eligibility.vwap = read_flag(row.at("vwap"), findings);
    read_print(row.at("print"), rule.eligibility, findings);
    scheme.rules.push_back(std::move(rule));
  }
  if (csv.rows.empty() && findings.size() == before) findings.add({file_name, 1, 1}, "no codes; add a row for each");
  return scheme;
}

Eligibility eligibility_of(const std::vector<ConditionScheme>& schemes, const ConditionSet& set) {
  const std::string_view by_tape = set.tape == 'A' || set.tape == 'B' ? "letters_cta" : "letters_utp";
  const std::string_view name = set.scheme.empty() ? by_tape : std::string_view{set.scheme};
  const auto scheme =
      std::find_if(schemes.begin(), schemes.end(), [&](const ConditionScheme& candidate) { return candidate.name == name; });
  if (scheme == schemes.end()) return set.codes.empty() ? Eligibility{} : kUnknown;
  Eligibility eligibility = scheme->bit_flags ? of_bits(*scheme, set.codes) : of_letters(*scheme, set.codes);
  // What cannot be read may say anything: no price is taken from such a trade, not even as an opening or closing print.
  if (eligibility.unknown) eligibility.opening = eligibility.closing = eligibility.official_close = eligibility.corrected_close = false;
  return eligibility;
}

}  // namespace groundswell::config
