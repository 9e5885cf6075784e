#include <fmt/format.h>

#include <array>
#include <fstream>
#include <set>

#include "groundswell/filing.hpp"
#include "simulate/random.hpp"
#include "simulate/simulator.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::size_t kSessionsBetween = 63;  // filings

Filing made_up_filing(const std::string& symbol) {
  Random random(0, 0, stream_key("filing", symbol));
  std::array<double, 4> quality{};
  for (double& each : quality) each = 0.7 * exposure_of(symbol) + 0.3 * random.uniform();
  const double growth = 0.03 + 0.3 * quality[1];
  Filing filing;
  filing.symbol = symbol;
  filing.ai_capex_rev_share = quality[0];
  filing.rev_ttm_prior = 100;
  filing.rev_ttm = 100 * (1 + growth);
  filing.ebit_ttm_prior = 20;
  filing.ebit_ttm = 20 + 100 * growth * quality[2];
  filing.rev_q = 25;
  filing.backlog = 50 * (1 + quality[3]);
  filing.backlog_prior_year = 50;
  filing.backlog_prior_q = 50 * (1 + 0.75 * quality[3]);
  filing.label_score = random.uniform();
  return filing;
}

}  // namespace

std::string fundamentals_text(const SimulatorOptions& options) {
  std::string text =
      "# Made up by `groundswell simulate` for its made-up market. The symbols are names only: nothing here is true of a company.\n"
      "symbol,available_at";
  for (const FilingColumn& column : kFilingColumns) text += fmt::format(",{}", column.name);
  text += ",source\n";
  std::vector<std::uint32_t> sessions = sessions_before(options.calendar, options.session, options.history_sessions);
  sessions.push_back(options.session);
  std::set<std::string> done;
  for (const Basket& basket : options.universe.baskets) {
    for (const Member& member : basket.members) {
      if (!done.insert(member.symbol).second) continue;
      const Filing filing = made_up_filing(member.symbol);
      std::string told;
      for (const FilingColumn& column : kFilingColumns) {
        const double amount = filing.*column.amount;
        told += amount == amount ? fmt::format(",{}", amount) : ",";
      }
      for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (i % kSessionsBetween != 0 && i + 1 != sessions.size()) continue;
        text += fmt::format("{},{}{},made up\n", filing.symbol, options.calendar.times(sessions[i]).open_ns, told);
      }
    }
  }
  return text;
}

Result<void> write_fundamentals(const std::filesystem::path& path, const SimulatorOptions& options) {
  if (const Result<void> checked = check_options(options); !checked) return checked;
  std::ofstream file(path, std::ios::binary);
  file << fundamentals_text(options);
  file.close();
  if (!file) return fail(Exit::kCannotCreate, path.string() + ": cannot be written");
  return {};
}

}  // namespace groundswell::simulate
