#include "signal/thesis_needs.hpp"

#include <algorithm>
#include <set>

#include "signal/indicators/basket_index.hpp"

namespace groundswell::signal {
namespace {

struct Counts {
  std::size_t core = 0, suppliers = 0;  // baskets: of compute and physical, and of those the suppliers
  std::array<std::size_t, kWaveNames.size()> of_wave{};
  std::set<std::string> leaders, followers;  // followers: of supplier baskets
};

Counts counts_of(const Universe& universe) {
  Counts counts;
  std::set<std::string> spenders;
  for (const Basket& basket : universe.baskets) {
    ++counts.of_wave[static_cast<std::size_t>(basket.wave) - 1];
    counts.core += basket.wave != Wave::kMonetization;
    counts.suppliers += basket.supplies();
    for (const Member& member : basket.members) {
      if (member.role == Role::kSpender) spenders.insert(member.symbol);
      if (member.role == Role::kLeader) counts.leaders.insert(member.symbol);
      if (member.role == Role::kFollower && basket.supplies()) counts.followers.insert(member.symbol);
    }
  }
  for (const std::string& leader : counts.leaders) counts.followers.erase(leader);  // of several roles the strongest counts
  for (const std::string& spender : spenders) {
    counts.leaders.erase(spender);
    counts.followers.erase(spender);
  }
  return counts;
}

}  // namespace

std::vector<std::string> thesis_notices(const Universe& universe, const BookOptions& options) {
  const Counts counts = counts_of(universe);
  std::vector<std::string> notices;
  const auto need = [&](std::size_t have, std::size_t needed, const std::string& what, const std::string& meaning) {
    if (have < needed) notices.push_back(std::to_string(have) + " " + what + ", " + std::to_string(needed) + " are needed: " + meaning);
  };
  const auto least = [&](const char* signal) { return coverage_rule(options, signal).min_members; };
  for (std::size_t wave = 0; wave < kWaveNames.size(); ++wave) {
    if (counts.of_wave[wave] > 0) continue;
    notices.push_back("no basket is in the wave " + std::string(kWaveNames[wave]) +
                      ": it cannot lead, wave_lead and wave_phi compare the others, and the lags with it stay absent");
  }
  need(counts.core, BasketIndex::kLeastThesisBaskets, "baskets are in the waves compute and physical",
       "the thesis has no index, z21 of the thesis stays absent and `state` UNKNOWN");
  need(counts.suppliers, least("d_rs"), "baskets are suppliers",
       "d_rs stays absent, broadening does without it, and BROADENING and CONFIRMED cannot be entered");
  need(counts.leaders.size(), least("state"), "distinct members are leaders",
       "zL and tgap_21 of the thesis stay absent and `state` UNKNOWN");
  need(counts.followers.size(), least("broadening"), "distinct members follow in supplier baskets",
       "broadening of the thesis stays absent and `state` UNKNOWN");
  return notices;
}

}  // namespace groundswell::signal
