#include "console/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "config/calendar.hpp"
#include "groundswell/universe.hpp"

namespace groundswell::console {
namespace {

constexpr std::array<std::string_view, 7> kMeanings{"not enough history yet",
                                                    "none of the other states holds",
                                                    "leaders are ahead, and the others do not follow",
                                                    "most followers and supplier baskets are ahead",
                                                    "broad, and capital pays for earnings leverage",
                                                    "many members have fallen away from a recent high",
                                                    "the fall is here, in nearly all or against the market"};
static_assert(kMeanings.size() == kThesisStateNames.size());
constexpr std::array<std::string_view, 4> kQuadrants{"leading", "weakening", "lagging", "improving"};  // from 1
constexpr std::array<std::string_view, 7> kShort{"few", "warmup", "undef", "halted", "stale", "prov", ""};
constexpr std::array<std::string_view, 7> kExplanations{"too few members count",
                                                        "not enough history yet",
                                                        "has no value here",
                                                        "the market is halted",
                                                        "the benchmark has not traded of late",
                                                        "of the provisional close",
                                                        ""};
static_assert(kShort.size() == kValidityNames.size() && kExplanations.size() == kValidityNames.size());

template <class Words>
std::string_view at(const Words& words, double value, double first) noexcept {
  const double index = value - first;
  return index >= 0 && index < static_cast<double>(words.size()) ? words[static_cast<std::size_t>(index)] : std::string_view();
}

}  // namespace

std::string_view meaning(ThesisState state) noexcept { return kMeanings[static_cast<std::size_t>(state)]; }

std::string_view word_of(std::string_view signal, double value) noexcept {
  if (signal == "state" || signal == "provisional_state") return at(kThesisStateNames, value, 0);
  if (signal == "quadrant") return at(kQuadrants, value, 1);
  if (signal == "wave_lead") return at(kWaveNames, value, 1);
  return {};
}

std::string_view short_word(Validity validity) noexcept { return kShort[static_cast<std::size_t>(validity)]; }
std::string_view explanation(Validity validity) noexcept { return kExplanations[static_cast<std::size_t>(validity)]; }

std::string rounded_text(double value) {
  value += 0.0;  // no sign before a zero
  return std::abs(value) < 1000 ? fmt::format("{:.4g}", value) : fmt::format("{:.0f}", value);
}

std::string age_text(std::int64_t age_ns) {
  const std::int64_t seconds = std::max<std::int64_t>(age_ns, 0) / 1'000'000'000;
  if (seconds < 1) return "now";
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3'600) return fmt::format("{}m", seconds / 60);
  if (seconds < 86'400) return fmt::format("{}h", seconds / 3'600);
  return fmt::format("{}d", seconds / 86'400);
}

std::string new_york_time(std::uint64_t time_ns) {
  const std::uint32_t date = config::new_york_date(time_ns);
  const auto since = [&](std::int64_t second) {
    const auto from_ns = static_cast<std::int64_t>(config::new_york_time_ns(date, static_cast<unsigned>(second)));
    return (static_cast<std::int64_t>(time_ns) - from_ns) / 1'000'000'000;
  };
  std::int64_t second = std::clamp<std::int64_t>(since(0), 0, 86'399);
  second += since(second);  // a day on which the clocks change is longer or shorter
  return fmt::format("{:02}:{:02}:{:02}", second / 3'600, second / 60 % 60, second % 60);
}

std::string why_text(std::span<const Why> why, const client::Names& names, std::size_t most) {
  constexpr double kLargestCount = 999;
  double all = 0, largest = 0;
  for (const Why& part : why) {
    all += std::abs(static_cast<double>(part.delta));
    largest = std::max(largest, std::abs(static_cast<double>(part.delta)));
  }
  std::string text;
  for (std::size_t i = 0; i < why.size() && i < most; ++i) {
    const std::string_view symbol = names.symbol(why[i].symbol);
    text += fmt::format("{}{} ", text.empty() ? "" : ", ", symbol.empty() ? "?" : symbol);
    text += largest <= kLargestCount ? fmt::format("{:+}", why[i].delta)
                                     : fmt::format("{:+.0f} %", 100 * static_cast<double>(why[i].delta) / all);
  }
  if (why.size() > most) text += fmt::format(", and {} more", why.size() - most);
  return text;
}

}  // namespace groundswell::console
