// D5: a spoon that somebody painted gold. Of single members at closes: how well business confirms the story (k_score), how strongly label
// and price stand against that (spoon), and whether they have for so long that the member is called painted. A member of which neither
// margin nor backlog nor orders are known is unverified: it has no k_score and is never painted.
#pragma once

#include <cmath>
#include <optional>

#include "signal/indicators/beta.hpp"
#include "signal/member_excess.hpp"
#include "signal/ranks.hpp"
#include "signal/symbols.hpp"

namespace groundswell::signal {

struct Spoon {
  static constexpr FamilyInfo kFamily{
      "Gold-painted spoons",
      "Single members: whether business confirms what the name is sold as. Absent without fundamentals (docs/fundamentals.md)."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  using SymbolsOf = Beta;
  enum { kScore, kSpoon, kPainted };
#define GS_SPOON(id, unit, range, window, first, absent, version, summary, formula, example) \
  { id, unit, range, kCloseOnly, window, first, absent, version, summary, formula, "D5", example, kInSymbols }
  static constexpr std::array<SignalInfo, 3> kOutputs{{
      GS_SPOON(
          "k_score", "fraction", "0..1", "the newest filing", "a filing", "neither margin, backlog nor orders known; older than 140 days",
          "k_score|1|least=2of4|stale_days=140", "How well its business confirms the story: 1 is best of all.",
          "mean of at least 2 percentile ranks of: share of revenue from AI spending (among all); incremental margin, growth of backlog, "
          "book to bill (among the wave), one of the last three at least",
          "ranks .2 and .5: .35"),
      GS_SPOON("spoon", "score", "0..100", "63 sessions", "190 closes, a filing", "no k_score, no label_score",
               "spoon|1|basis=TR|excess=beta_63|k_score=1", "High where a strong label and a strong price meet little confirmation.",
               "100 L (1 - K) H; L label_score, K k_score, H percentile rank of beta_adj_excess less that of 63 sessions before",
               "label .8, k_score .2, rank .9: 57.6"),
      GS_SPOON(
          "painted", "kind", "0..3", "5 closes", "its first session", "", "painted|1|enter=50:35|exit=40:45|commits=5|spoon=1",
          "Whether it is a label without confirmation: 0 no, 1 yes, 2 and still rising (hot), 3 and falling already (peeling).",
          "on after 5 closes in a row with spoon >= 50 and k_score <= .35; off after 5 with spoon < 40 or k_score > .45, at once without "
          "a k_score; peeling: behind the benchmark over 21 sessions; else hot: ahead beyond its beta over 63",
          "on, 3 % behind in 21 sessions: 3"),
  }};
#undef GS_SPOON
  using Memory = NoMemory;
  enum class Painted : std::uint32_t { kNo = 0, kYes = 1, kHot = 2, kPeeling = 3 };
  struct SymbolMemory {          // plain bytes without padding
    double spoon = kNoNumber;    // of the session
    std::uint32_t raising = 0;   // commits in a row that the flag's beginning has held
    std::uint32_t clearing = 0;  // and its end
    std::uint32_t painted = 0;   // Painted
    std::uint32_t zero = 0;
  };

  static constexpr double kEnterSpoon = 50.0, kExitSpoon = 40.0;
  static constexpr std::int64_t kEnterConfirmationE12 = 350'000'000'000, kExitConfirmationE12 = 450'000'000'000;
  static constexpr std::uint32_t kCommits = 5;

  static void evaluate(const ScopeContext&, const Memory&, Output&) noexcept {}
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

  static void commit_symbols(const SymbolsContext& c, std::span<const SymbolMemory> base, std::span<const Beta::SymbolMemory> betas,
                             std::span<SymbolMemory> now) noexcept {
    for (const std::uint32_t symbol : c.universe) {
      now[symbol] = base[symbol];
      now[symbol].spoon = kNoNumber;
    }
    const std::span<RankRow> rows = rows_of(c, betas);
    rank_rows(rows, &RankRow::y, &RankRow::y_rank);
    for (const RankRow& row : rows) now[row.symbol].spoon = spoon_of(c.fundamentals[row.symbol], percentile(row.y_rank, rows.size()));
    const double month = month_of(c.step->benchmarks[0]);
    for (const std::uint32_t symbol : c.universe) {
      SymbolMemory& memory = now[symbol];
      memory = after(memory, c.fundamentals[symbol].confirmation_e12);
      if (memory.painted == 0) continue;
      const std::optional<std::int64_t> quarter = Beta::quarter_excess_e12(betas[symbol], c.states[symbol], c.step->benchmarks[0]);
      const bool peeling = month_excess(c.states[symbol], month) < 0.0, hot = quarter && *quarter > 0;
      memory.painted = static_cast<std::uint32_t>(peeling ? Painted::kPeeling : hot ? Painted::kHot : Painted::kYes);
    }
  }

  static void publish_symbols(const SymbolsContext& c, std::span<const SymbolMemory>, std::span<const SymbolMemory> now,
                              SymbolOutput& out) noexcept {
    for (std::size_t member = 0; member < c.members.size(); ++member) {
      const std::uint32_t symbol = c.members[member];
      const std::int64_t k_e12 = c.fundamentals[symbol].confirmation_e12;
      const SymbolMemory& memory = now[symbol];
      if (k_e12 == MemberFundamentals::kUnknown) {
        out.absent(member, kScore, Validity::kUndefined);
      } else {
        out.value(member, kScore, static_cast<double>(k_e12) / 1e12);
      }
      if (std::isnan(memory.spoon)) {
        out.absent(member, kSpoon, Validity::kUndefined);
      } else {
        out.value(member, kSpoon, memory.spoon);
      }
      out.value(member, kPainted, memory.painted);
    }
  }

  // The flag one commit on, with the session's spoon in `m`; which kind is told by the caller.
  static SymbolMemory after(SymbolMemory m, std::int64_t k_e12) noexcept {
    const bool known = k_e12 != MemberFundamentals::kUnknown;
    const bool raises = known && m.spoon >= kEnterSpoon && k_e12 <= kEnterConfirmationE12;
    const bool clears = m.spoon < kExitSpoon || (known && k_e12 > kExitConfirmationE12);
    m.raising = raises ? m.raising + 1 : 0;
    m.clearing = m.painted != 0 && clears ? m.clearing + 1 : 0;
    const bool stays = known && m.clearing < kCommits;
    m.painted = m.painted != 0 ? stays : m.raising >= kCommits;
    if (m.painted == 0) m.clearing = 0;
    return m;
  }
  static double spoon_of(const MemberFundamentals& of, double height) noexcept {  // kNoNumber without label or confirmation
    if (of.confirmation_e12 == MemberFundamentals::kUnknown) return kNoNumber;
    return 100.0 * of.label * (1.0 - static_cast<double>(of.confirmation_e12) / 1e12) * height;
  }

 private:
  static std::span<RankRow> rows_of(const SymbolsContext& c, std::span<const Beta::SymbolMemory> betas) noexcept {
    std::size_t n = 0;
    for (const std::uint32_t symbol : c.members) {
      const std::optional<std::int64_t> y = Beta::quarter_excess_e12(betas[symbol], c.states[symbol], c.step->benchmarks[0]);
      if (!y) continue;
      RankRow& row = c.rank_scratch[n++] = RankRow{};
      row.y = *y;
      row.symbol = symbol;
    }
    return c.rank_scratch.first(n);
  }
};

}  // namespace groundswell::signal
