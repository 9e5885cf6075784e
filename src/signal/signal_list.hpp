// Turns the list of families into rows of lanes, one memory per scope and one block of levels. No virtual calls, no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "signal/difference.hpp"
#include "signal/family.hpp"
#include "signal/signal.hpp"
#include "signal/symbols.hpp"
#include "signal/thesis_account.hpp"

namespace groundswell::signal {

template <class... Families>
struct SignalList {
  static constexpr std::size_t kFamilies = sizeof...(Families);
  static constexpr std::size_t kSignals = (Families::kOutputs.size() + ...);
  static constexpr std::size_t kLanes = (Families::kLanes + ...);
  static constexpr std::size_t kStepLanes = (Families::kStepLanes + ...);
  static constexpr std::array<std::size_t, kFamilies> kLanesOf{Families::kLanes...}, kStepLanesOf{Families::kStepLanes...},
      kOutputsOf{Families::kOutputs.size()...};
  static constexpr std::array<std::size_t, kFamilies> kFirstLanes = firsts_of(kLanesOf), kFirstStepLanes = firsts_of(kStepLanesOf),
                                                      kFirstOutputs = firsts_of(kOutputsOf);
  using Memory = std::tuple<typename Families::Memory...>;
  using SymbolMemories = std::tuple<std::vector<typename SymbolMemoryOf<Families>::Type>...>;  // by family, then by dense id
  static constexpr std::size_t kSymbolSignals = ((OfSymbols<Families> ? Families::kOutputs.size() : 0) + ...);
  static constexpr std::size_t kScratch = std::max({scratch_of<Families>()...});
  static constexpr std::size_t kRankSignals = ((RanksBaskets<Families> ? Families::kOutputs.size() : 0) + ...);

  // Those of the families in `mask`; the lanes of the others stay.
  static void contributions(const SymbolState& symbol, FamilyMask mask, std::int64_t* lanes) noexcept {
    const auto one = [&]<class Family, std::size_t kIndex>() {
      if constexpr (Family::kLanes > 0) {
        if ((mask >> kIndex & 1) != 0) Family::contribution(symbol, lanes + kFirstLanes[kIndex]);
      }
    };
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) { (one.template operator()<Families, kIndex>(), ...); }
    (std::make_index_sequence<kFamilies>{});
  }
  // Of a row that begins with `first` lanes which are no family's and belong to every part; and of a step row.
  static constexpr RowPart row_part(FamilyMask mask, std::size_t first) { return part_of(mask, kLanesOf, first); }
  static constexpr RowPart step_part(FamilyMask mask) { return part_of(mask, kStepLanesOf, 0); }

  using StepInputs = std::tuple<decltype(step_input_of<Families>(Step{}))...>;
  static StepInputs step_inputs(const Step& step) noexcept { return {step_input_of<Families>(step)...}; }
  // Families for which two steps are not the same.
  static FamilyMask differing(const StepInputs& a, const StepInputs& b) noexcept {
    FamilyMask mask = 0;
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      ((mask |= FamilyMask{std::get<kIndex>(a) != std::get<kIndex>(b)} << kIndex), ...);
    }
    (std::make_index_sequence<kFamilies>{});
    return mask;
  }
  static void step_contributions(const SymbolState& symbol, const StepInputs& inputs, FamilyMask mask, std::int64_t* lanes) noexcept {
    const auto one = [&]<class Family, std::size_t kIndex>() {
      if constexpr (Family::kStepLanes > 0) {
        if ((mask >> kIndex & 1) != 0) Family::step_contribution(symbol, std::get<kIndex>(inputs), lanes + kFirstStepLanes[kIndex]);
      }
    };
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) { (one.template operator()<Families, kIndex>(), ...); }
    (std::make_index_sequence<kFamilies>{});
  }

  // Of the families in `mask` those whose numbers follow from their sums, and that have the same ones as `seen`. Makes `seen` equal to the
  // sums. `lines`, `step_lines`: elsewhere they are equal before. `kFirst`: lanes before all families'.
  template <std::size_t kFirst>
  static FamilyMask unmoved(FamilyMask mask, const std::int64_t* lanes, LineMask lines, const std::int64_t* step_lanes, LineMask step_lines,
                            std::int64_t* seen_lanes, std::int64_t* seen_step_lanes) noexcept {
    FamilyMask unmoved = 0;
    const auto one = [&]<class Family, std::size_t kIndex>() {
      if constexpr (FollowsFromSums<Family>) {
        if ((mask >> kIndex & 1) == 0) return;
        constexpr std::size_t kLane = kFirst + kFirstLanes[kIndex], kStepLane = kFirstStepLanes[kIndex];
        bool same = true;
        if ((part_lines(kLane, Family::kLanes) & lines) != 0) same = take_lanes<Family::kLanes>(lanes + kLane, seen_lanes + kLane);
        if ((part_lines(kStepLane, Family::kStepLanes) & step_lines) != 0)
          same &= take_lanes<Family::kStepLanes>(step_lanes + kStepLane, seen_step_lanes + kStepLane);
        unmoved |= FamilyMask{same} << kIndex;
      }
    };
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) { (one.template operator()<Families, kIndex>(), ...); }
    (std::make_index_sequence<kFamilies>{});
    return unmoved;
  }

  // A family's memories of the baskets of a wave or the thesis.
  template <std::size_t kIndex>
  class BasketMemories {
   public:
    explicit BasketMemories(std::span<const Memory* const> all) noexcept : all_(all) {}
    std::size_t size() const noexcept { return all_.size(); }
    const auto& operator[](std::size_t basket) const noexcept { return std::get<kIndex>(*all_[basket]); }

   private:
    std::span<const Memory* const> all_;
  };

  // `context` comes with lanes, step_lanes, coverage and wanted of the whole scope; each family gets it moved to its own part, and it is
  // what it was afterwards. Only the families in `mask` are evaluated, the rest of `levels` is left alone. `baskets`: memories of the
  // scope's baskets as of the last roll; `symbols`: those of the symbols.
  static void evaluate(ScopeContext& context, const Memory& base, std::span<const Memory* const> baskets, const SymbolMemories& symbols,
                       Level* levels, FamilyMask mask) noexcept {
    each(context, mask, [&]<class Family, std::size_t kIndex>(const ScopeContext& own, std::size_t first) {
      Output output(levels + first, own);
      if constexpr (ReadsBaskets<Family>) {
        Family::evaluate(own, std::get<kIndex>(base), BasketMemories<kIndex>(baskets), output);
      } else if constexpr (ReadsSymbols<Family> && !OfSymbols<Family>) {
        Family::evaluate(own, std::get<kIndex>(base), std::span(std::get<place_of<typename Family::SymbolsOf>()>(symbols)), output);
      } else {
        Family::evaluate(own, std::get<kIndex>(base), output);
      }
    });
  }
  static void commit(ScopeContext context, const Memory& base, Memory& now) noexcept {
    each(context, kAllFamilies, [&]<class Family, std::size_t kIndex>(const ScopeContext& own, std::size_t) {
      Family::commit(own, std::get<kIndex>(base), std::get<kIndex>(now));
    });
  }

  // What the last commit of the thesis was judged by, from the families that have a part in it.
  static ThesisAccount account(ScopeContext context, const Memory& base, bool traded) noexcept {
    ThesisAccount account;
    account.traded = traded;
    each(context, kAllFamilies, [&]<class Family, std::size_t kIndex>(const ScopeContext& own, std::size_t) {
      if constexpr (requires { Family::account(own, std::get<kIndex>(base), account); })
        Family::account(own, std::get<kIndex>(base), account);
    });
    return account;
  }

  // Each of `baskets` comes with its whole block of levels.
  static void rank(std::span<RankedScope> baskets) noexcept {
    const auto one = [&]<class Family>() {
      if constexpr (RanksBaskets<Family>) Family::rank(baskets);
      for (RankedScope& basket : baskets) basket.levels += Family::kOutputs.size();
    };
    (one.template operator()<Families>(), ...);
  }

  // `levels`: kSymbolSignals of each member, in the order of symbol_signals().
  static void commit_symbols(const SymbolsContext& context, const SymbolMemories& base, SymbolMemories& now, Level* levels) noexcept {
    std::size_t first = 0;
    const auto one = [&]<class Family, std::size_t kIndex>() {
      if constexpr (OfSymbols<Family>) {
        if constexpr (ReadsSymbols<Family>) {
          Family::commit_symbols(context, std::get<kIndex>(base), std::get<place_of<typename Family::SymbolsOf>()>(base),
                                 std::get<kIndex>(now));
        } else {
          Family::commit_symbols(context, std::get<kIndex>(base), std::get<kIndex>(now));
        }
        SymbolOutput output(levels + first, kSymbolSignals, context);
        Family::publish_symbols(context, std::get<kIndex>(base), std::get<kIndex>(now), output);
        first += Family::kOutputs.size();
      }
    };
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) { (one.template operator()<Families, kIndex>(), ...); }
    (std::make_index_sequence<kFamilies>{});
  }
  // Of the symbols that both have, which are the first of `own`'s.
  static void take_over(const SymbolMemories& before, SymbolMemories& own) {
    std::apply([&](const auto&... old) { std::apply([&](auto&... now) { (std::copy(old.begin(), old.end(), now.begin()), ...); }, own); },
               before);
  }
  // Their places in the catalog.
  static constexpr std::array<std::uint16_t, kSymbolSignals> symbol_signals() { return places<kSymbolSignals>({OfSymbols<Families>...}); }
  static constexpr std::array<std::uint16_t, kRankSignals> rank_signals() { return places<kRankSignals>({RanksBaskets<Families>...}); }

  // Families that go through the members.
  static constexpr FamilyMask gathering() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= Gathers<Families> ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  // Families of the minute.
  static constexpr FamilyMask minutely() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= Minutely<Families> ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  static constexpr FamilyMask family_of(std::size_t signal) {
    FamilyMask mask = 0;
    visit_family_of(signal, [&]<class Family, std::size_t kIndex>(std::size_t) { mask = FamilyMask{1} << kIndex; });
    return mask;
  }
  // Of a signal: its family, and what that reads of earlier ones.
  static constexpr FamilyMask families_of(std::size_t signal) {
    static_assert(kFamilies <= 64);
    FamilyMask mask = 0;
    visit_family_of(signal, [&]<class Family, std::size_t>(std::size_t) { mask = with_what_it_reads<Family>(); });
    return mask;
  }
  // Of a signal: those whose whole part in Derived its family may look at.
  static constexpr FamilyMask derived_of(std::size_t signal) {
    FamilyMask mask = 0;
    visit_family_of(signal, [&]<class Family, std::size_t kIndex>(std::size_t) {
      if constexpr (requires { Family::kReadsDerived; } || RanksBaskets<Family>) mask = (FamilyMask{1} << kIndex) - 1;
    });
    return mask;
  }
  template <class Family>
  static constexpr FamilyMask with_what_it_reads() {
    const FamilyMask own = FamilyMask{1} << place_of<Family>();
    if constexpr (requires { typename Family::Reads; }) return own | with_what_it_reads<typename Family::Reads>();
    if constexpr (requires { Family::kReadsDerived; } || RanksBaskets<Family>) return own | (own - 1);
    return own;
  }
  // Families with lanes of the second form.
  static constexpr FamilyMask stepping() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= Families::kStepLanes > 0 ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  // Families that look at whether a symbol's last trade is fresh, or stale.
  static constexpr FamilyMask reading_age() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= ReadsAge<Families> ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  // Families that look at the sampled part of states.
  static constexpr FamilyMask sampled() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= ReadsSamples<Families> ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  static constexpr FamilyMask ranking() {
    FamilyMask mask = 0, bit = 1;
    ((mask |= RanksBaskets<Families> ? bit : 0, bit <<= 1), ...);
    return mask;
  }
  // Whether its value follows from the symbols' own lanes, so that it may be looked at after every record.
  static constexpr bool per_record(std::size_t signal) {
    bool per_record = false;
    visit_family_of(signal, [&]<class Family, std::size_t>(std::size_t output) {
      per_record = (Family::kOutputs[output].clocks & kLiveOnly) != 0 && Family::kStepLanes == 0 && !Gathers<Family> && !requires {
        Family::kReadsBenchmark;
      };
      if constexpr (requires { Family::per_record(output); }) per_record = Family::per_record(output);
    });
    return per_record;
  }
  // The driver of a signal, in lanes of the whole row.
  static constexpr Driver driver_of(std::size_t signal) {
    std::string_view name;
    visit_family_of(signal, [&]<class Family, std::size_t>(std::size_t output) {
      if constexpr (requires { Family::driver(output); }) name = Family::driver(output);
    });
    Driver driver;
    std::size_t lane = 0, step_lane = 0;
    const auto look = [&]<class Family>() {
      if constexpr (requires { Family::kDrivers; }) {
        for (const DriverInfo& info : Family::kDrivers) {
          if (info.name != name) continue;
          const std::size_t first = info.step ? step_lane : lane;
          driver = {first + info.plus, info.minus == kNoLane ? kNoLane : first + info.minus, info.step, info.name,
                    FamilyMask{1} << place_of<Family>()};
        }
      }
      lane += Family::kLanes;
      step_lane += Family::kStepLanes;
    };
    if (!name.empty()) (look.template operator()<Families>(), ...);
    return driver;
  }

  // By signal.
  static constexpr std::array<FamilyInfo, kSignals> families() {
    std::array<FamilyInfo, kSignals> all{};
    std::size_t next = 0;
    const auto add = [&](const FamilyInfo& family, std::size_t n_outputs) {
      for (std::size_t i = 0; i < n_outputs; ++i) all[next++] = family;
    };
    (add(Families::kFamily, Families::kOutputs.size()), ...);
    return all;
  }
  static constexpr std::array<SignalInfo, kSignals> catalog() {
    std::array<SignalInfo, kSignals> all{};
    std::size_t next = 0;
    const auto add = [&](const auto& outputs) {
      for (const SignalInfo& info : outputs) all[next++] = info;
    };
    (add(Families::kOutputs), ...);
    return all;
  }

 private:
  // Says whether they were the same.
  template <std::size_t kCount>
  static bool take_lanes(const std::int64_t* lanes, std::int64_t* seen) noexcept {
    std::int64_t differing = 0;
    for (std::size_t lane = 0; lane < kCount; ++lane) differing |= seen[lane] ^ lanes[lane];
    if (differing != 0) std::copy_n(lanes, kCount, seen);
    return differing == 0;
  }
  static constexpr LineMask part_lines(std::size_t first, std::size_t count) {  // that hold these lanes
    return count == 0 ? 0 : (LineMask{2} << (first + count - 1) / kLineLanes) - (LineMask{1} << first / kLineLanes);
  }
  static constexpr RowPart part_of(FamilyMask mask, const std::array<std::size_t, kFamilies>& lanes_of, std::size_t first) {
    RowPart part{.families = mask, .lines = part_lines(0, first)};
    std::size_t lane = first;
    for (std::size_t family = 0; family < kFamilies; lane += lanes_of[family++]) {
      const LineMask lines = part_lines(lane, lanes_of[family]);
      ((mask >> family & 1) != 0 ? part.lines : part.shared) |= lines;
    }
    part.shared |= part_lines(lane, round_up_to_line(lane) - lane);
    part.shared &= part.lines;
    return part;
  }
  template <class Family>
  static constexpr std::size_t place_of() {
    constexpr std::array<bool, kFamilies> kSame{std::is_same_v<Family, Families>...};
    return static_cast<std::size_t>(std::find(kSame.begin(), kSame.end(), true) - kSame.begin());
  }
  template <std::size_t kCount>
  static constexpr std::array<std::uint16_t, kCount> places(const std::array<bool, kFamilies>& of_family) {
    constexpr std::array<std::size_t, kFamilies> kSizes{Families::kOutputs.size()...};
    std::array<std::uint16_t, kCount> found{};
    std::size_t next = 0, place = 0;
    for (std::size_t family = 0; family < kFamilies; ++family) {
      for (std::size_t i = 0; i < kSizes[family]; ++i, ++place) {
        if (of_family[family]) found[next++] = static_cast<std::uint16_t>(place);
      }
    }
    return found;
  }

  template <class Visit>
  static constexpr void visit_family_of(std::size_t signal, Visit&& visit) {
    std::size_t first = 0;
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      (
          [&] {
            if (signal >= first && signal < first + Families::kOutputs.size()) visit.template operator()<Families, kIndex>(signal - first);
            first += Families::kOutputs.size();
          }(),
          ...);
    }
    (std::make_index_sequence<kFamilies>{});
  }
  // The scope's own, of which each family gets its part.
  struct Whole {
    const std::int64_t* lanes;
    const std::int64_t* step_lanes;
    const CoverageRule* coverage;
    const std::uint8_t* wanted;
  };
  template <class Family, std::size_t kIndex, class Visit>
  static void one(ScopeContext& own, const Whole& whole, Visit& visit) noexcept {
    constexpr std::size_t kFirst = kFirstOutputs[kIndex];
    own.lanes = whole.lanes + kFirstLanes[kIndex];
    own.step_lanes = whole.step_lanes + kFirstStepLanes[kIndex];
    own.coverage = whole.coverage + kFirst;
    own.wanted = whole.wanted == nullptr ? nullptr : whole.wanted + kFirst;
    own.is_read = (own.read >> kIndex & 1) != 0;
    visit.template operator()<Family, kIndex>(own, kFirst);
  }
  // Calls visit.operator()<Family, place>(context moved to its part, its first output) for the families in `mask`, through a table: what
  // is not in it costs nothing.
  template <class Visit>
  static void each(ScopeContext& own, FamilyMask mask, Visit&& visit) noexcept {
    using Call = void (*)(ScopeContext&, const Whole&, Visit&);
    static constexpr auto kCalls = []<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      return std::array<Call, kFamilies>{&one<Families, kIndex, Visit>...};
    }
    (std::make_index_sequence<kFamilies>{});
    const Whole whole{own.lanes, own.step_lanes, own.coverage, own.wanted};
    for (mask &= ~FamilyMask{0} >> (64 - kFamilies); mask != 0; mask &= mask - 1)
      kCalls[static_cast<std::size_t>(std::countr_zero(mask))](own, whole, visit);
    own.lanes = whole.lanes;
    own.step_lanes = whole.step_lanes;
    own.coverage = whole.coverage;
    own.wanted = whole.wanted;
  }
};

}  // namespace groundswell::signal
