// D4 and D5: what filings say of each member in a session, as ranks among the members of that session. A filing counts from the first
// session that opens at or after it was available, until 140 days later. Of several the newest counts, whole: a ratio never mixes two
// filings, so neither a change of the currency nor of the unit between them enters one.
//
// Thread: the book's. Nothing is allocated after construction.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/state_stream.hpp"
#include "groundswell/filing.hpp"
#include "groundswell/universe.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// What one filing says; kNoNumber where it does not.
enum FilingField : std::size_t { kRevenueShare, kIncrementalMargin, kOperatingLeverage, kBacklogGrowth, kBookToBill, kFilingFields };
using FilingFields = std::array<double, kFilingFields>;
FilingFields fields_of(const Filing& filing) noexcept;

class Fundamentals {
 public:
  static constexpr std::uint64_t kStaleNs = 140ULL * 86'400 * 1'000'000'000;

  // `symbol_ids`: dense id by symbol; filings of others say nothing. `n_symbols`: one past the largest id.
  Fundamentals(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols,
               const std::vector<Filing>& filings);

  // For the session that opens at `open_ns`, among `members` (dense ids).
  void roll(std::uint64_t open_ns, std::span<const std::uint32_t> members) noexcept;
  std::span<const MemberFundamentals> by_symbol() const noexcept { return of_; }  // by dense id, of the session

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {  // the rest is fixed or scratch
    archive(self.of_);
  }

 private:
  struct Told {
    std::uint64_t available_ns;
    FilingFields fields;
    double label;
  };
  struct Row {
    double value;
    std::int64_t rank;
    std::uint32_t symbol;
    std::uint32_t zero;
  };
  struct Ranks {  // of one member
    std::array<std::int64_t, kFilingFields> e12;
  };
  const Told* in_force(std::uint32_t symbol, std::uint64_t open_ns) const noexcept;  // nothing when there is none
  void rank(FilingField field, std::span<const std::uint32_t> members, const Wave* only) noexcept;

  std::vector<std::vector<Told>> told_;  // by dense id, by time
  std::vector<Wave> wave_;               // by dense id: of the first basket that ever has it
  bool any_ = false;
  std::vector<MemberFundamentals> of_;
  std::vector<const Told*> newest_;  // scratch, by dense id
  std::vector<Ranks> ranks_;
  std::vector<Row> rows_;
};

}  // namespace groundswell::signal
