#include "signal/fundamentals.hpp"

#include <algorithm>
#include <cmath>

#include "signal/ranks.hpp"

namespace groundswell::signal {
namespace {

constexpr double kLeastGrowth = 0.02;  // of revenue: below it a margin of the growth says nothing
constexpr double kLowestMargin = -1.0, kHighestMargin = 1.5;
constexpr double kLowestLeverage = -5.0, kHighestLeverage = 15.0;
constexpr double kLowestBacklogGrowth = -0.5, kHighestBacklogGrowth = 3.0;
constexpr std::size_t kExposureLeast = 3, kConfirmationLeast = 2;

double ratio(double a, double b) noexcept { return b > 0.0 ? a / b : kNoNumber; }
double winsor(double value, double low, double high) noexcept { return std::isnan(value) ? value : std::clamp(value, low, high); }

// Mean of the ranks that are known, in 1e-12; unknown when they are fewer than `least`.
template <std::size_t N>
std::int64_t mean_e12(const std::array<std::int64_t, kFilingFields>& ranks_e12, const std::array<FilingField, N>& fields,
                      std::size_t least) noexcept {
  std::int64_t sum = 0, n = 0;
  for (const FilingField field : fields) {
    if (ranks_e12[field] == MemberFundamentals::kUnknown) continue;
    sum += ranks_e12[field];
    ++n;
  }
  if (n < static_cast<std::int64_t>(least)) return MemberFundamentals::kUnknown;
  return static_cast<std::int64_t>(divide_half_away(int128{sum}, n));
}

}  // namespace

FilingFields fields_of(const Filing& f) noexcept {
  FilingFields fields;
  const double growth = ratio(f.rev_ttm - f.rev_ttm_prior, f.rev_ttm_prior);
  const double more = f.ebit_ttm - f.ebit_ttm_prior;
  fields[kRevenueShare] = f.ai_capex_rev_share;
  fields[kIncrementalMargin] =
      growth >= kLeastGrowth ? winsor(more / (f.rev_ttm - f.rev_ttm_prior), kLowestMargin, kHighestMargin) : kNoNumber;
  fields[kOperatingLeverage] =
      std::abs(growth) >= kLeastGrowth ? winsor(ratio(more, f.ebit_ttm_prior) / growth, kLowestLeverage, kHighestLeverage) : kNoNumber;
  fields[kBacklogGrowth] =
      winsor(ratio(f.backlog - f.backlog_prior_year, f.backlog_prior_year), kLowestBacklogGrowth, kHighestBacklogGrowth);
  const double orders = std::isnan(f.orders_q) ? f.backlog - f.backlog_prior_q + f.rev_q : f.orders_q;
  fields[kBookToBill] = ratio(orders, f.rev_q);
  return fields;
}

Fundamentals::Fundamentals(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols,
                           const std::vector<Filing>& filings)
    : told_(n_symbols), wave_(n_symbols), of_(n_symbols), newest_(n_symbols), ranks_(n_symbols) {
  rows_.reserve(n_symbols);
  std::vector<bool> has_home(n_symbols);
  for (std::uint32_t basket = 0; basket < universe.baskets.size(); ++basket) {
    for (const Member& member : universe.baskets[basket].members) {
      const std::uint32_t symbol = symbol_ids.at(member.symbol);
      if (has_home[symbol]) continue;
      has_home[symbol] = true;
      wave_[symbol] = universe.baskets[basket].wave;
      of_[symbol].home = basket;
    }
  }
  for (const Filing& filing : filings) {
    const auto id = symbol_ids.find(filing.symbol);
    if (id == symbol_ids.end()) continue;
    told_[id->second].push_back({filing.available_ns, fields_of(filing), filing.label_score});
    any_ = true;
  }
  for (std::vector<Told>& told : told_) {
    std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) { return a.available_ns < b.available_ns; });
  }
}

const Fundamentals::Told* Fundamentals::in_force(std::uint32_t symbol, std::uint64_t open_ns) const noexcept {
  const std::vector<Told>& told = told_[symbol];
  const auto after = std::upper_bound(told.begin(), told.end(), open_ns, [](std::uint64_t t, const Told& f) { return t < f.available_ns; });
  if (after == told.begin()) return nullptr;
  const Told& newest = *std::prev(after);
  return open_ns <= newest.available_ns + kStaleNs ? &newest : nullptr;
}

void Fundamentals::roll(std::uint64_t open_ns, std::span<const std::uint32_t> members) noexcept {
  for (MemberFundamentals& of : of_) of = {.home = of.home};
  if (!any_) return;
  for (const std::uint32_t symbol : members) {
    newest_[symbol] = in_force(symbol, open_ns);
    ranks_[symbol].e12.fill(MemberFundamentals::kUnknown);
  }
  rank(kRevenueShare, members, nullptr);
  for (const Wave wave : {Wave::kCompute, Wave::kPhysical, Wave::kMonetization}) {  // what is usual differs from one to the other
    for (const FilingField field : {kIncrementalMargin, kOperatingLeverage, kBacklogGrowth, kBookToBill}) rank(field, members, &wave);
  }
  for (const std::uint32_t symbol : members) {
    if (newest_[symbol] == nullptr) continue;
    const auto& ranks = ranks_[symbol].e12;
    const auto known = [&](FilingField field) { return ranks[field] != MemberFundamentals::kUnknown; };
    MemberFundamentals& of = of_[symbol];
    of.label = newest_[symbol]->label;
    of.exposure_e12 =
        mean_e12<5>(ranks, {kRevenueShare, kIncrementalMargin, kOperatingLeverage, kBacklogGrowth, kBookToBill}, kExposureLeast);
    if (!known(kIncrementalMargin) && !known(kBacklogGrowth) && !known(kBookToBill)) continue;  // a share of revenue alone is an opinion
    of.confirmation_e12 = mean_e12<4>(ranks, {kRevenueShare, kIncrementalMargin, kBacklogGrowth, kBookToBill}, kConfirmationLeast);
  }
}

void Fundamentals::rank(FilingField field, std::span<const std::uint32_t> members, const Wave* only) noexcept {
  rows_.clear();
  for (const std::uint32_t symbol : members) {
    if (newest_[symbol] == nullptr || (only != nullptr && wave_[symbol] != *only)) continue;
    const double value = newest_[symbol]->fields[field];
    if (!std::isnan(value)) rows_.push_back({value, 0, symbol, 0});
  }
  rank_rows(std::span<Row>(rows_), &Row::value, &Row::rank);
  for (const Row& row : rows_) ranks_[row.symbol].e12[field] = percentile_e12(row.rank, rows_.size());
}

}  // namespace groundswell::signal
