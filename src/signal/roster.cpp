#include "signal/roster.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/sha256.hpp"

namespace groundswell::signal {

Roster::Roster(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols)
    : pool_first_(n_symbols), pool_size_(n_symbols) {
  const std::size_t n_baskets = universe.baskets.size();
  const auto add_pool = [&](std::string name, ScopeKind kind, auto&& takes, auto&& is_child) {
    Pool pool{.name = std::move(name), .kind = kind, .places = {}, .members = {}, .children = {}};
    for (std::size_t b = 0; b < n_baskets; ++b) {
      if (is_child(universe.baskets[b].wave)) pool.children.push_back(b);
      if (!takes(b)) continue;
      for (const Member& member : universe.baskets[b].members) {
        pool.places.push_back({symbol_ids.at(member.symbol), member.from_session, member.to_session});
      }
    }
    pool.members.reserve(pool.places.size());
    if (!pool.places.empty()) pools_.push_back(std::move(pool));
  };
  for (std::size_t b = 0; b < n_baskets; ++b) {
    add_pool(
        universe.baskets[b].id, ScopeKind::kBasket, [&](std::size_t other) { return other == b; }, [](Wave) { return false; });
  }
  for (std::size_t w = 0; w < kWaveNames.size(); ++w) {
    const auto own = static_cast<Wave>(w + 1);
    add_pool(
        "wave:" + std::string(kWaveNames[w]), ScopeKind::kWave, [&](std::size_t b) { return universe.baskets[b].wave == own; },
        [&](Wave wave) { return wave == own; });
  }
  add_pool(
      "thesis", ScopeKind::kThesis, [](std::size_t) { return true; }, [](Wave wave) { return wave != Wave::kMonetization; });

  std::size_t memberships = 0;
  for (const Pool& pool : pools_) memberships += pool.places.size();
  pool_list_.reserve(memberships);
  rostered_.reserve(n_symbols);
  make_versions(universe);
}

void Roster::make_versions(const Universe& universe) {
  std::vector<std::uint32_t> changes{0};
  for (const Basket& basket : universe.baskets) {
    for (const Member& member : basket.members) {
      changes.push_back(member.from_session);
      changes.push_back(member.to_session);
    }
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  for (const std::uint32_t from : changes) {
    std::string text;
    for (const Basket& basket : universe.baskets) {
      for (const Member& member : basket.members) {
        if (member.from_session <= from && from < member.to_session) {
          text += basket.id + "|" + member.symbol + "|" + std::string(kRoleNames[static_cast<std::size_t>(member.role)]) + "\n";
        }
      }
    }
    versions_.push_back({sha256_prefix64(text), universe.version, from});
  }
}

void Roster::set_session(std::uint32_t session, std::span<SymbolState> states) noexcept {
  const auto after = std::upper_bound(versions_.begin(), versions_.end(), session,
                                      [](std::uint32_t s, const RosterVersion& version) { return s < version.from_session; });
  hash_ = std::prev(after)->hash;
  for (SymbolState& state : states) state.rostered = false;
  for (Pool& pool : pools_) {
    pool.members.clear();
    for (const Place& place : pool.places) {
      if (session < place.from_session || session >= place.to_session) continue;
      pool.members.push_back(place.symbol);
      states[place.symbol].rostered = true;
    }
    std::sort(pool.members.begin(), pool.members.end());  // a pool counts a symbol once
    pool.members.erase(std::unique(pool.members.begin(), pool.members.end()), pool.members.end());
  }
  rostered_.clear();
  for (std::uint32_t symbol = 0; symbol < states.size(); ++symbol) {
    if (states[symbol].rostered) rostered_.push_back(symbol);
  }
  std::fill(pool_size_.begin(), pool_size_.end(), 0U);
  for (const Pool& pool : pools_) {
    for (const std::uint32_t symbol : pool.members) ++pool_size_[symbol];
  }
  std::uint32_t next = 0;
  for (std::size_t symbol = 0; symbol < pool_size_.size(); ++symbol) {
    pool_first_[symbol] = next;
    next += pool_size_[symbol];
    pool_size_[symbol] = 0;
  }
  pool_list_.resize(next);
  for (std::uint32_t p = 0; p < pools_.size(); ++p) {
    for (const std::uint32_t symbol : pools_[p].members) pool_list_[pool_first_[symbol] + pool_size_[symbol]++] = p;
  }
}

}  // namespace groundswell::signal
