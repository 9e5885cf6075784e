// Turns the list of families into rows of lanes, one memory per scope and one block of levels. No virtual calls, no allocation.
#pragma once

#include <tuple>
#include <utility>

#include "signal/signal.hpp"

namespace groundswell::signal {

// A family of the second form says what it needs of the step, once.
template <class Family>
auto step_input_of(const Step& step) noexcept {
  if constexpr (Family::kStepLanes > 0) {
    return Family::step_input(step);
  } else {
    return NoStepInput{};
  }
}

template <class... Families>
struct SignalList {
  static constexpr std::size_t kFamilies = sizeof...(Families);
  static constexpr std::size_t kSignals = (Families::kOutputs.size() + ...);
  static constexpr std::size_t kLanes = (Families::kLanes + ...);
  static constexpr std::size_t kStepLanes = (Families::kStepLanes + ...);
  using Memory = std::tuple<typename Families::Memory...>;

  static void contributions(const SymbolState& symbol, std::int64_t* lanes) noexcept {
    ((Families::contribution(symbol, lanes), lanes += Families::kLanes), ...);
  }

  using StepInputs = std::tuple<decltype(step_input_of<Families>(Step{}))...>;
  static StepInputs step_inputs(const Step& step) noexcept { return {step_input_of<Families>(step)...}; }
  static void step_contributions(const SymbolState& symbol, const StepInputs& inputs, std::int64_t* lanes) noexcept {
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      ((step_one<Families>(symbol, std::get<kIndex>(inputs), lanes), lanes += Families::kStepLanes), ...);
    }
    (std::make_index_sequence<kFamilies>{});
  }

  // `context` comes with lanes, step_lanes and coverage of the whole scope; each family gets it moved to its own part. Only the families in
  // `mask` are evaluated, the rest of `levels` is left alone.
  static void evaluate(ScopeContext context, const Memory& base, Level* levels, FamilyMask mask = ~FamilyMask{0}) noexcept {
    each(context, [&]<class Family, std::size_t kIndex>(const ScopeContext& own, std::size_t first) {
      if ((mask >> kIndex & 1) == 0) return;
      Output output(levels + first, own);
      Family::evaluate(own, std::get<kIndex>(base), output);
    });
  }
  static void commit(ScopeContext context, const Memory& base, Memory& now) noexcept {
    each(context, [&]<class Family, std::size_t kIndex>(const ScopeContext& own, std::size_t) {
      Family::commit(own, std::get<kIndex>(base), std::get<kIndex>(now));
    });
  }

  // Of a signal: its family, and what that reads of earlier ones.
  static constexpr FamilyMask families_of(std::size_t signal) {
    static_assert(kFamilies <= 64);
    FamilyMask mask = 0;
    visit_family_of(signal, [&]<class Family, std::size_t kIndex>(std::size_t) {
      mask = FamilyMask{1} << kIndex;
      if constexpr (requires { Family::kReadsDerived; }) mask |= mask - 1;
    });
    return mask;
  }
  // Whether its value follows from the symbols' own lanes, so that it may be looked at after every record.
  static constexpr bool per_record(std::size_t signal) {
    bool per_record = false;
    visit_family_of(signal, [&]<class Family, std::size_t>(std::size_t output) {
      per_record = (Family::kOutputs[output].clocks & kLiveOnly) != 0 && Family::kStepLanes == 0 && !requires { Family::kReadsBenchmark; };
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
          driver = {first + info.plus, info.minus == kNoLane ? kNoLane : first + info.minus, info.step};
        }
      }
      lane += Family::kLanes;
      step_lane += Family::kStepLanes;
    };
    if (!name.empty()) (look.template operator()<Families>(), ...);
    return driver;
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
  template <class Family, class Input>
  static void step_one(const SymbolState& symbol, const Input& input, std::int64_t* lanes) noexcept {
    if constexpr (Family::kStepLanes > 0) Family::step_contribution(symbol, input, lanes);
  }
  template <class Visit>
  static void each(ScopeContext& context, Visit&& visit) noexcept {
    std::size_t first = 0;
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      (
          [&] {
            visit.template operator()<Families, kIndex>(context, first);
            context.lanes += Families::kLanes;
            context.step_lanes += Families::kStepLanes;
            context.coverage += Families::kOutputs.size();
            first += Families::kOutputs.size();
          }(),
          ...);
    }
    (std::make_index_sequence<kFamilies>{});
  }
};

}  // namespace groundswell::signal
