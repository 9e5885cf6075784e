// An exponential average over about N sessions: E += alpha (x - E), alpha = 2 / (N + 1), started by the mean of its first samples. What the
// start still weighs after k updates is (1 - alpha)^k; below a hundredth the average is warm. Plain bytes without padding.
#pragma once

#include <cstdint>

namespace groundswell::signal {

// kSeedSamples: how many samples make the first value; 1 is the other convention in use, the first sample itself.
template <std::uint32_t N, std::uint32_t kSeedSamples = N>
struct ExponentialAverage {
  static constexpr double kAlpha = 2.0 / (N + 1);
  static constexpr std::uint32_t kWarmUpdates = [] {
    std::uint32_t updates = 0;
    for (double weight = 1.0; weight > 0.01; weight *= 1.0 - kAlpha) ++updates;
    return updates;
  }();

  double seed_sum = 0.0;
  double value = 0.0;  // meaningful when ready()
  std::uint64_t count = 0;

  bool ready() const noexcept { return count >= kSeedSamples; }
  bool warm() const noexcept { return count >= std::uint64_t{kSeedSamples} + kWarmUpdates; }
  void take(double sample) noexcept {
    if (++count > kSeedSamples) {
      value += kAlpha * (sample - value);
      return;
    }
    seed_sum += sample;
    if (ready()) value = seed_sum / kSeedSamples;
  }
};

}  // namespace groundswell::signal
