// Windows of sessions. A window of N holds the N - 1 samples before the running one; the running one is given with each question and
// stored only by push(), so that live and commit ask the same question of the same memory. Plain bytes without padding.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace groundswell::signal {

// The last kCapacity committed samples.
template <class T, std::size_t kCapacity>
struct PriorSamples {
  std::array<T, kCapacity> samples{};
  std::uint32_t next = 0;  // where the next one goes: the oldest when full
  std::uint32_t count = 0;

  bool full() const noexcept { return count == kCapacity; }
  const T& ago(std::size_t age) const noexcept { return samples[(next + kCapacity - age) % kCapacity]; }  // 1 the newest .. count
  void push(const T& sample) noexcept {
    samples[next] = sample;
    next = (next + 1) % static_cast<std::uint32_t>(kCapacity);
    if (count < kCapacity) ++count;
  }
};

// N real numbers. Their sum is taken anew at every push, oldest first: no drift, whatever the length of the history.
template <std::size_t N>
struct Window {
  PriorSamples<double, N - 1> prior;
  double prior_sum = 0.0;

  bool full() const noexcept { return prior.full(); }  // with the running sample there are N; ask below only then
  double mean(double running) const noexcept { return (prior_sum + running) / static_cast<double>(N); }
  double deviation(double running) const noexcept {  // of the population, in two passes
    const double center = mean(running);
    double squares = 0.0;
    for (std::size_t age = prior.count; age > 0; --age) squares += (prior.ago(age) - center) * (prior.ago(age) - center);
    squares += (running - center) * (running - center);
    return std::sqrt(squares / static_cast<double>(N));
  }
  void push(double sample) noexcept {
    prior.push(sample);
    prior_sum = 0.0;
    for (std::size_t age = prior.count; age > 0; --age) prior_sum += prior.ago(age);
  }
};

}  // namespace groundswell::signal
