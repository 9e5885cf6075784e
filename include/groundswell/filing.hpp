// What a company has told of its business: a row of fundamentals.csv. Numbers are as told, in one currency and one unit of the file's own
// choice, since only ratios inside one filing are ever made of them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace groundswell {

struct Filing {
  static constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();
  std::string symbol;
  std::uint64_t available_ns = 0;        // UTC: when anybody could read it; before that it does not exist
  double ai_capex_rev_share = kNotTold;  // of its revenue, what others spend on AI: an estimate
  double rev_ttm = kNotTold;             // revenue of the last twelve months, and of the twelve before
  double rev_ttm_prior = kNotTold;
  double ebit_ttm = kNotTold;  // earnings before interest and taxes, of the same
  double ebit_ttm_prior = kNotTold;
  double rev_q = kNotTold;  // revenue and orders of the last quarter
  double orders_q = kNotTold;
  double backlog = kNotTold;             // orders not yet delivered, or remaining performance obligations
  double backlog_prior_year = kNotTold;  // a year before
  double backlog_prior_q = kNotTold;     // a quarter before
  double label_score = kNotTold;         // how strongly the name is sold as AI infrastructure
};

inline constexpr double kLargestAmount = 1e18;
struct FilingColumn {
  std::string_view name;
  double Filing::*amount;
  double low, high;  // both inclusive
};
inline constexpr std::array<FilingColumn, 11> kFilingColumns{{
    {"ai_capex_rev_share", &Filing::ai_capex_rev_share, 0.0, 1.0},
    {"rev_ttm", &Filing::rev_ttm, 0.0, kLargestAmount},
    {"rev_ttm_prior", &Filing::rev_ttm_prior, 0.0, kLargestAmount},
    {"ebit_ttm", &Filing::ebit_ttm, -kLargestAmount, kLargestAmount},
    {"ebit_ttm_prior", &Filing::ebit_ttm_prior, -kLargestAmount, kLargestAmount},
    {"rev_q", &Filing::rev_q, 0.0, kLargestAmount},
    {"orders_q", &Filing::orders_q, -kLargestAmount, kLargestAmount},
    {"backlog", &Filing::backlog, 0.0, kLargestAmount},
    {"backlog_prior_year", &Filing::backlog_prior_year, 0.0, kLargestAmount},
    {"backlog_prior_q", &Filing::backlog_prior_q, 0.0, kLargestAmount},
    {"label_score", &Filing::label_score, 0.0, 1.0},
}};

}  // namespace groundswell
