#include "top/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/assert.hpp"
#include "console/words.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::top {
namespace {

constexpr Number kState[] = {{"state", "state at the last close", ""},
                             {"provisional_state", "state if it closed now", ""},
                             {"wave_lead", "wave that leads", ""},
                             {"wave_phi", "where the strength lies, 1 to 3", "", 1, 2},
                             {"d_rs", "suppliers ahead of {}, 21 sessions", "%"},
                             {"e_reward", "reward for earnings leverage", "", 1, 2, true}};
constexpr Number kBreadth[] = {{"ad_pct", "risers less fallers", "%", 1, 1, true},
                               {"adv", "members up", ""},
                               {"dec", "members down", ""},
                               {"unch", "members unchanged", ""},
                               {"untraded", "members that have not traded", ""},
                               {"upvol_dollar_pct", "of the money in risers", "%", 1, 1},
                               {"tick_pct", "last ticks up less down", "%", 1, 1, true},
                               {"pct_above_vwap", "above the session's average price", "%"},
                               {"pct_above_sma_20", "above the 20-session average", "%"},
                               {"pct_above_sma_50", "above the 50-session average", "%"},
                               {"pct_above_sma_200", "above the 200-session average", "%"},
                               {"hl_pct_20", "new month highs less lows", "%", 1, 1, true},
                               {"hl_pct_252", "new year highs less lows", "%", 1, 1, true},
                               {"mcc_osc", "McClellan oscillator", "", 1, 1, true},
                               {"zbt", "smoothed share of risers", "%", 100, 1},
                               {"trin_open10", "Arms index of ten sessions", "", 1, 2}};
constexpr Number kStrength[] = {{"excess_1", "ahead of {} today", "%", 100, 2, true},
                                {"excess_5", "ahead of {}, 5 sessions", "%", 100, 2, true},
                                {"excess_21", "ahead of {}, 21 sessions", "%", 100, 2, true},
                                {"excess_63", "ahead of {}, 63 sessions", "%", 100, 2, true},
                                {"pct_outperf_1", "members ahead of {} today", "%"},
                                {"pct_outperf_21", "members ahead of {}, 21 sessions", "%"},
                                {"z63", "strength over 63 sessions, deviations", "", 1, 2, true},
                                {"rank_pct", "rank among baskets, 100 is best", ""},
                                {"rank_change_5", "change of rank in 5 sessions", "", 1, 0, true},
                                {"quadrant", "rotation", ""},
                                {"rot_ratio", "strength against its last quarter", "", 1, 2},
                                {"rot_mom", "momentum of that", "", 1, 2},
                                {"beta", "beta", "", 1, 2}};
constexpr Number kShape[] = {{"broadening", "broadening score", "", 1, 1, true},
                             {"tgap_21", "followers against leaders, 21 sessions", "", 1, 2, true},
                             {"leader_share_21", "of the move by leaders, 21 sessions", "%", 100, 1},
                             {"enc_21", "equal names that would carry the move", "", 1, 1},
                             {"dispersion_1", "spread of the members' returns", "bp", 1, 0},
                             {"avg_corr_21", "average correlation, 21 sessions", "", 1, 2},
                             {"paint", "gains of labels without business", "%", 100, 1},
                             {"backlog_share", "gains of confirmed business", "%", 100, 1}};
constexpr Chapter kChapters[] = {{"Thesis", kState}, {"Breadth", kBreadth}, {"Strength", kStrength}, {"Shape", kShape}};

}  // namespace

std::span<const Chapter> chapters() { return kChapters; }

const Number& number(std::string_view signal) {
  for (const Chapter& chapter : kChapters) {
    for (const Number& each : chapter.numbers) {
      if (each.signal == signal) return each;
    }
  }
  GS_ASSERT(false);
  return kState[0];
}

Written written(const Number& number, const console::Cell& cell, std::uint32_t session) {
  if (!cell.told()) return {"- ", Style::kDim};
  const Level& level = cell.level;
  const bool ok = level.validity == Validity::kOk, earlier = cell.session < session;
  const char mark = !ok ? '*' : earlier ? 'c' : ' ';
  if (level.present == 0) return {std::string(console::short_word(level.validity)) + ' ', Style::kDim};
  if (const std::string_view word = console::word_of(number.signal, level.value); !word.empty())
    return {std::string(word) + mark, ok ? Style::kPlain : Style::kDim};
  double value = level.value * number.scale;
  const std::string size = fmt::format("{:.{}f}", std::abs(value), number.decimals);
  if (size.find_first_not_of("0.") == std::string::npos) value = 0;  // no sign before what is shown as nothing
  if (!number.sign) return {fmt::format("{}{}{}", value < 0 ? "-" : "", size, mark), ok ? Style::kPlain : Style::kDim};
  const char* const glyph = value > 0 ? "▲ +" : value < 0 ? "▼ -" : "· ";
  return {fmt::format("{}{}{}", glyph, size, mark), !ok || value == 0 ? Style::kDim : value > 0 ? Style::kUp : Style::kDown};
}

std::string flag_words(std::uint32_t flags) {
  std::string text;
  for (const char c : pipeline::flags_text(flags)) {
    if (c == '|')
      text += ", ";
    else
      text += c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

std::int64_t age_ns(const console::Model& model, const console::Cell& cell) noexcept {
  return static_cast<std::int64_t>(model.event_time_ns()) - static_cast<std::int64_t>(cell.ts_event_ns);
}

std::string_view benchmark(const console::Model& model) {
  const std::string& primary = model.universe().benchmarks[0];
  return primary.empty() ? std::string_view("benchmark") : std::string_view(primary);
}

}  // namespace groundswell::top
