#include "app/demo_table.hpp"

#include <fmt/format.h>

#include <span>

#include "config/calendar.hpp"

namespace groundswell::app {
namespace {

struct Column {
  const char* title;
  const char* signal;  // "{}" stands for nothing: ids are of the default universe
  int width, decimals;
  bool sign;
  double scale;
};
constexpr Column kColumns[] = {
    {"adv", "adv", 5, 0, false, 1},
    {"dec", "dec", 5, 0, false, 1},
    {"A-D %", "ad_pct", 8, 1, true, 1},
    {"up vol %", "upvol_dollar_pct", 9, 1, false, 1},
    {">VWAP %", "pct_above_vwap", 8, 0, false, 1},
    {">SMA50 %", "pct_above_sma_50", 9, 0, false, 1},
    {"NH-NL %", "hl_pct_20", 8, 0, true, 1},
    {"vs SPY %", "excess_1", 9, 2, true, 100},
    {"beat SPY %", "pct_outperf_1", 11, 0, false, 1},
};
constexpr int kNameWidth = 30;
constexpr int kMarkWidth = 3;

std::span<const Column> columns_for(int width) {
  std::size_t count = 0;
  int used = kNameWidth + kMarkWidth;
  while (count < std::size(kColumns) && used + kColumns[count].width <= width) used += kColumns[count++].width;
  return {kColumns, count};
}

}  // namespace

DemoTable::DemoTable(const Universe& universe) : universe_(universe) {}

void DemoTable::take(const client::LevelsEvent& event, const client::Names& names) {
  if (event.clock != Clock::kLive) return;
  event_time_ns_ = std::max(event_time_ns_, event.ts_event_ns);
  for (const Level& level : event.levels) {
    levels_[{std::string(event.scope), std::string(names.signal(level.signal))}] = level;
    values_ += level.present;
  }
}

std::string DemoTable::cell(const std::string& scope, const std::string& signal, int width, int decimals, bool sign, double scale) const {
  const auto found = levels_.find({scope, signal});
  if (found == levels_.end()) return fmt::format("{:>{}}", "", width);
  if (found->second.present == 0) return fmt::format("{:>{}}", found->second.validity == Validity::kWarmup ? "warmup" : "-", width);
  const double value = found->second.value * scale;
  return sign ? fmt::format("{:>+{}.{}f}", value, width, decimals) : fmt::format("{:>{}.{}f}", value, width, decimals);
}

std::string DemoTable::row(const std::string& scope, const std::string& title, bool colour, int width) const {
  std::string text = fmt::format("{:<{}}", title.substr(0, kNameWidth), kNameWidth);
  for (const Column& column : columns_for(width))
    text += cell(scope, column.signal, column.width, column.decimals, column.sign, column.scale);
  const auto net = levels_.find({scope, "net_adv"});
  if (net != levels_.end() && net->second.present != 0) {
    const char* mark = net->second.value > 0 ? "  ▲" : net->second.value < 0 ? "  ▼" : "  ·";
    const char* paint = !colour ? "" : net->second.value > 0 ? "\x1b[34m" : net->second.value < 0 ? "\x1b[33m" : "";
    text += paint;
    text += mark;
    if (colour) text += "\x1b[0m";
  }
  return text + '\n';
}

std::string DemoTable::draw(const std::string& headline, bool colour, int width) const {
  const auto bold = [&](const std::string& text) { return colour ? "\x1b[1m" + text + "\x1b[0m" : text; };
  std::string text = bold("groundswell") + "  simulated market  " +
                     (event_time_ns_ == 0 ? std::string("waiting for the open") : config::format_utc(event_time_ns_)) + "  " + headline +
                     "\n\n";
  std::string header = fmt::format("{:<{}}", "basket", kNameWidth);
  for (const Column& column : columns_for(width)) header += fmt::format("{:>{}}", column.title, column.width);
  text += bold(header) + '\n';
  for (std::size_t wave = 0; wave < kWaveNames.size(); ++wave) {
    const std::string scope = "wave:" + std::string(kWaveNames[wave]);
    text += bold(row(scope, fmt::format("{} {}", wave + 1, kWaveNames[wave]), false, width));
    for (const Basket& basket : universe_.baskets) {
      if (basket.wave == static_cast<Wave>(wave + 1)) text += row(basket.id, "  " + basket.name, colour, width);
    }
  }
  return text + bold(row("thesis", "thesis: all waves", false, width));
}

}  // namespace groundswell::app
