#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/verbs.hpp"

namespace groundswell::app {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(SignalsPage, EqualsTheRegistry) {
  EXPECT_EQ(read(std::string(GROUNDSWELL_SOURCE_DIR) + "/docs/signals.md"), signals_markdown())
      << "write it anew: groundswell signals --markdown > docs/signals.md";
}

// The published ids, from the list that clients rely on.
TEST(SignalsPage, HasTheIdsThatClientsRelyOn) {
  std::set<std::string> ids;
  const auto catalog = nlohmann::json::parse(signals_json());
  for (const auto& row : catalog.at("signals")) {
    EXPECT_TRUE(ids.insert(row.at("id").get<std::string>()).second) << row.at("id");
    for (const char* field : {"unit", "range", "clocks", "scopes", "window", "first_value", "summary", "formula", "source", "example",
                              "family", "definition", "definition_id"}) {
      EXPECT_FALSE(row.at(field).get<std::string>().empty()) << row.at("id") << ' ' << field;
    }
  }
  std::set<std::string> expected{"adv",
                                 "dec",
                                 "unch",
                                 "untraded",
                                 "ad_ratio",
                                 "adlog",
                                 "net_adv",
                                 "ad_pct",
                                 "rana",
                                 "adl",
                                 "adp",
                                 "up_vol",
                                 "dn_vol",
                                 "unch_vol",
                                 "up_dollar",
                                 "dn_dollar",
                                 "unch_dollar",
                                 "upvol_pct",
                                 "advol_pct",
                                 "upvol_dollar_pct",
                                 "advol_dollar_pct",
                                 "trin",
                                 "ln_trin",
                                 "trin_open10",
                                 "trin_sma10",
                                 "mcc_osc",
                                 "mcc_summ",
                                 "mcc_na_unch",
                                 "mcc_na_zero",
                                 "zbt",
                                 "zbt_thrust",
                                 "vwb_dollar",
                                 "pct_above_vwap",
                                 "idx_ew",
                                 "idx_cw",
                                 "idx_pw",
                                 "rs_spy",
                                 "rs_qqq",
                                 "rs_rsp",
                                 "mansfield_52w",
                                 "mansfield_200d",
                                 "rot_ratio",
                                 "rot_mom",
                                 "quadrant",
                                 "z21",
                                 "z63"};
  for (const char* n : {"20", "50", "200"}) {
    for (const char* family : {"pct_above_sma_", "pct_above_ema_"}) expected.insert(std::string(family) + n);
  }
  for (const char* id : {"tick", "tick_pct", "vwb_rvol", "rs_rating", "rank_pct", "beta", "beta_adj_excess"}) expected.insert(id);
  for (const char* window : {"1m", "5m", "15m", "30m", "60m"}) expected.insert(std::string("adv_w_") + window);
  for (const char* n : {"20", "63", "252"}) {
    for (const char* family : {"nh_", "nl_", "hl_pct_", "rhp_", "hli10_"}) expected.insert(std::string(family) + n);
  }
  for (const char* n : {"1", "5", "21", "63", "126", "252"}) {
    for (const char* suffix : {"", "_qqq", "_rsp"}) expected.insert(std::string("excess_") + n + suffix);
  }
  for (const char* n : {"1", "5", "21", "63"}) expected.insert(std::string("pct_outperf_") + n);
  for (const char* window : {"1", "21", "63"}) {
    for (const char* family : {"hhi_", "enc_", "encn_", "leader_share_", "top1_", "top3_", "hhi_ew_", "enc_ew_", "leader_share_ew_"}) {
      expected.insert(std::string(family) + window);
    }
    expected.insert(std::string("leader_excess_") + window);
  }
  for (const char* id :
       {"ew_cw_z", "tgap_21", "dispersion_1", "dispersion_21", "avg_corr_21", "avg_corr_63", "avg_corr_vw_21", "avg_corr_vw_63",
        "absorption", "d_absorption", "diffusion_21", "diffusion_126", "d_rs", "rank_change_5", "rank_change_21"}) {
    expected.insert(id);
  }
  for (const char* id : {"broadening", "wave_phi", "wave_lead", "lag_compute_physical", "lag_physical_monetization",
                         "lag_compute_monetization", "state", "provisional_state", "e_pool", "e_within", "e_reward", "e_pool_z",
                         "e_within_z", "k_score", "spoon", "painted", "paint", "backlog_share", "belief_gap"}) {
    expected.insert(id);
  }
  for (const char* n : {"20", "63", "252"}) {
    for (const char* family : {"hl_pct_z_", "rs_over_high_", "rs_over_low_"}) expected.insert(std::string(family) + n);
  }
  EXPECT_EQ(ids, expected);
}

}  // namespace
}  // namespace groundswell::app
