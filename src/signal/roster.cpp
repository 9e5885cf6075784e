#include "signal/roster.hpp"

#include <algorithm>
#include <string>

#include "base/sha256.hpp"

namespace groundswell::signal {
namespace {

std::string canonical_roster(const Universe& universe, std::uint32_t session) {
  std::string text;
  for (const Basket& basket : universe.baskets) {
    for (const Member& member : basket.members) {
      if (member.from_session <= session && session < member.to_session) {
        text += basket.id + "|" + member.symbol + "|" + std::string(kRoleNames[static_cast<std::size_t>(member.role)]) + "\n";
      }
    }
  }
  return text;
}

}  // namespace

std::vector<RosterVersion> roster_versions(const Universe& universe) {
  std::vector<std::uint32_t> changes{0};
  for (const Basket& basket : universe.baskets) {
    for (const Member& member : basket.members) {
      changes.push_back(member.from_session);
      changes.push_back(member.to_session);
    }
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  std::vector<RosterVersion> versions;
  for (const std::uint32_t from : changes) versions.push_back({from, sha256_prefix64(canonical_roster(universe, from))});
  return versions;
}

}  // namespace groundswell::signal
