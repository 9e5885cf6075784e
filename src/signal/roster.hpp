// The roster: which pools there are, and which symbols belong to each in the session. Its versions and their hashes are made at
// construction.
//
// Thread: one. Nothing is allocated after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "groundswell/catalog.hpp"
#include "groundswell/symbol_state.hpp"
#include "groundswell/universe.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

class Roster {
 public:
  // `symbol_ids`: dense id by symbol of the universe; every universe symbol must be there. `n_symbols`: one past the largest id.
  Roster(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols);

  // Pools are scopes: baskets in file order, wave:… (those that have baskets), thesis.
  std::size_t pool_count() const noexcept { return pools_.size(); }
  const std::string& name(std::size_t pool) const noexcept { return pools_[pool].name; }
  ScopeKind kind(std::size_t pool) const noexcept { return pools_[pool].kind; }
  // Baskets: of a wave its own, of the thesis all; of a basket none.
  const std::vector<std::size_t>& baskets(std::size_t pool) const noexcept { return pools_[pool].baskets; }
  // Of those the ones that its index is the mean of (of the thesis: compute and physical), and the suppliers.
  const std::vector<std::size_t>& children(std::size_t pool) const noexcept { return pools_[pool].children; }
  const std::vector<std::size_t>& suppliers(std::size_t pool) const noexcept { return pools_[pool].suppliers; }

  // The roster of `session` (yyyymmdd) from here on. Sets the states' `rostered`.
  void set_session(std::uint32_t session, std::span<SymbolState> states) noexcept;
  std::uint64_t hash() const noexcept { return hash_; }
  const std::vector<RosterVersion>& versions() const noexcept { return versions_; }  // of all sessions, in order
  // Distinct, rising dense ids.
  std::span<const std::uint32_t> members(std::size_t pool) const noexcept { return pools_[pool].members; }
  std::span<const PoolMember> member_roles(std::size_t pool) const noexcept { return pools_[pool].member_roles; }  // of members()
  std::size_t most_members(std::size_t pool) const noexcept { return pools_[pool].places.size(); }                 // of any session
  std::span<const std::uint32_t> members() const noexcept { return rostered_; }                                    // of any pool
  std::span<const std::uint32_t> pools_of(std::uint32_t symbol) const noexcept {
    return {pool_list_.data() + pool_first_[symbol], pool_size_[symbol]};
  }

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {  // versions are fixed
    archive(self.pools_, self.hash_, self.pool_first_, self.pool_size_);
    archive.up_to_capacity(self.pool_list_);
    archive.up_to_capacity(self.rostered_);
  }

 private:
  struct Place {  // a membership
    PoolMember member;
    std::uint32_t from_session, to_session;
  };
  struct Pool {
    std::string name;
    ScopeKind kind;
    std::vector<Place> places;             // every membership of every basket in it
    std::vector<std::uint32_t> members;    // capacity reserved
    std::vector<PoolMember> member_roles;  // by member; capacity reserved
    std::vector<std::size_t> baskets, children, suppliers;

    template <class Self, class Archive>
    static void visit_state(Self& self, Archive& archive) {  // the rest is fixed
      archive.up_to_capacity(self.members);
      archive.up_to_capacity(self.member_roles);
    }
  };
  static void merge_places(Pool& pool) noexcept;
  void make_versions(const Universe& universe);

  std::vector<RosterVersion> versions_;  // the roster does not change between two of these
  std::vector<Pool> pools_;
  std::uint64_t hash_ = 0;
  std::vector<std::uint32_t> rostered_;
  std::vector<std::uint32_t> pool_list_;  // pools of a symbol: [pool_first_[s], pool_first_[s] + pool_size_[s])
  std::vector<std::uint32_t> pool_first_, pool_size_;
};

}  // namespace groundswell::signal
