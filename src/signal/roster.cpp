#include "signal/roster.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/sha256.hpp"

namespace groundswell::signal {

Roster::Roster(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols)
    : pool_first_(n_symbols), pool_size_(n_symbols) {
  const auto add_pool = [&](std::string name, ScopeKind kind, auto&& takes, auto&& is_child) {
    Pool pool;
    pool.name = std::move(name);
    pool.kind = kind;
    for (std::size_t b = 0; b < universe.baskets.size(); ++b) {
      const Basket& basket = universe.baskets[b];
      if (!takes(b)) continue;
      if (kind != ScopeKind::kBasket) {
        pool.baskets.push_back(b);
        if (is_child(basket)) pool.children.push_back(b);
        if (basket.supplies()) pool.suppliers.push_back(b);
      }
      for (const Member& member : basket.members) {
        pool.places.push_back({{symbol_ids.at(member.symbol), member.role, basket.supplies(), 0}, member.from_session, member.to_session});
      }
    }
    pool.members.reserve(pool.places.size());
    pool.member_roles.reserve(pool.places.size());
    if (!pool.places.empty()) pools_.push_back(std::move(pool));
  };
  const auto all = [](const Basket&) { return true; };
  for (std::size_t b = 0; b < universe.baskets.size(); ++b) {
    add_pool(
        universe.baskets[b].id, ScopeKind::kBasket, [&](std::size_t other) { return other == b; }, all);
  }
  for (std::size_t w = 0; w < kWaveNames.size(); ++w) {
    const auto own = static_cast<Wave>(w + 1);
    add_pool(
        "wave:" + std::string(kWaveNames[w]), ScopeKind::kWave, [&](std::size_t b) { return universe.baskets[b].wave == own; }, all);
  }
  add_pool(
      "thesis", ScopeKind::kThesis, [](std::size_t) { return true; },
      [](const Basket& basket) { return basket.wave != Wave::kMonetization; });

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
          text += basket.id + "|" + member.symbol + "|" + std::string(kRoleNames[static_cast<std::size_t>(member.role)]) +
                  (basket.supplier ? "" : "|no supplier") + "\n";
        }
      }
    }
    versions_.push_back({sha256_prefix64(text), universe.version, from});
  }
}

// A pool counts a symbol once: in its strongest role, a supplier if it is one in any basket.
void Roster::merge_places(Pool& pool) noexcept {
  std::vector<PoolMember>& all = pool.member_roles;
  std::sort(all.begin(), all.end(), [](const PoolMember& a, const PoolMember& b) { return a.symbol < b.symbol; });
  std::size_t n = 0;
  for (const PoolMember& member : all) {
    if (n > 0 && all[n - 1].symbol == member.symbol) {
      all[n - 1].role = std::max(all[n - 1].role, member.role);
      all[n - 1].supplier = all[n - 1].supplier || member.supplier;
    } else {
      all[n++] = member;
    }
  }
  all.resize(n);
  pool.members.clear();
  for (const PoolMember& member : all) pool.members.push_back(member.symbol);
}

void Roster::set_session(std::uint32_t session, std::span<SymbolState> states) noexcept {
  const auto after = std::upper_bound(versions_.begin(), versions_.end(), session,
                                      [](std::uint32_t s, const RosterVersion& version) { return s < version.from_session; });
  hash_ = std::prev(after)->hash;
  for (SymbolState& state : states) state.rostered = false;
  for (Pool& pool : pools_) {
    pool.member_roles.clear();
    for (const Place& place : pool.places) {
      if (session < place.from_session || session >= place.to_session) continue;
      pool.member_roles.push_back(place.member);
      states[place.member.symbol].rostered = true;
    }
    merge_places(pool);
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
