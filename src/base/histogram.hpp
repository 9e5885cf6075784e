// How long things take: a histogram whose buckets grow with the durations, sixteen to each doubling, from 1 ns to 137 s. A quantile read
// from it is never below the duration that it stands for, and at most a sixteenth of that above it. 4 KiB; recording one is a few
// instructions and no lock.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace groundswell {

namespace histogram_buckets {
inline constexpr unsigned kPerDoublingBits = 4;
inline constexpr std::uint64_t kPerDoubling = 1U << kPerDoublingBits;
inline constexpr std::uint64_t kLongestNs = (std::uint64_t{1} << 37) - 1;  // whatever is longer is in the last bucket

// Durations below 16 ns have a bucket each; those of [2^e, 2^(e+1)) have sixteen, of 2^(e-4) ns.
constexpr std::size_t bucket_of(std::uint64_t duration_ns) noexcept {
  if (duration_ns < kPerDoubling) return static_cast<std::size_t>(duration_ns);
  const auto shift = static_cast<unsigned>(std::bit_width(duration_ns)) - 1 - kPerDoublingBits;
  return static_cast<std::size_t>((shift << kPerDoublingBits) + (duration_ns >> shift));
}
inline constexpr std::size_t kCount = bucket_of(kLongestNs) + 1;
// The longest duration that is in it.
constexpr std::uint64_t upper_ns(std::size_t bucket) noexcept {
  if (bucket < 2 * kPerDoubling) return bucket;
  const auto shift = static_cast<unsigned>(bucket >> kPerDoublingBits) - 1;
  return (((bucket - (std::uint64_t{shift} << kPerDoublingBits)) + 1) << shift) - 1;
}
}  // namespace histogram_buckets

// What a histogram held at a moment.
struct HistogramCounts {
  std::array<std::uint64_t, histogram_buckets::kCount> buckets{};
  std::uint64_t count = 0;   // the sum of the buckets
  std::uint64_t sum_ns = 0;  // exact; of a running writer it may be one duration ahead of the buckets, or behind
  std::uint64_t max_ns = 0;  // exact; likewise, but not below the least that the last bucket with something in it holds

  // The duration that a share of `fraction` (0 to 1) does not exceed: of the ceil(fraction count)-th shortest. 0 when there is none.
  std::uint64_t quantile_ns(double fraction) const noexcept {
    const double wanted = fraction * static_cast<double>(count);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
      seen += buckets[bucket];
      if (seen > 0 && static_cast<double>(seen) >= wanted) return std::min(histogram_buckets::upper_ns(bucket), max_ns);
    }
    return 0;
  }
  // How many were at most `bound_ns`, but for those in the bucket that the bound lies in.
  std::uint64_t count_up_to(std::uint64_t bound_ns) const noexcept {
    std::uint64_t counted = 0;
    for (std::size_t bucket = 0; bucket < buckets.size() && histogram_buckets::upper_ns(bucket) <= bound_ns; ++bucket)
      counted += buckets[bucket];
    return counted;
  }
};

class Histogram {
 public:
  // The writer's thread, one. Below 0 (a clock was set back) is 0.
  void record(std::int64_t duration_ns) noexcept {
    const auto duration = static_cast<std::uint64_t>(std::max<std::int64_t>(duration_ns, 0));
    add(buckets_[histogram_buckets::bucket_of(std::min(duration, histogram_buckets::kLongestNs))], 1);
    add(sum_ns_, duration);
    if (duration > max_ns_.load(std::memory_order_relaxed)) max_ns_.store(duration, std::memory_order_relaxed);
  }
  // Any thread, while the writer goes on: each number is one that was there.
  HistogramCounts read() const noexcept {
    HistogramCounts counts;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
      counts.buckets[bucket] = buckets_[bucket].load(std::memory_order_relaxed);
      counts.count += counts.buckets[bucket];
    }
    counts.sum_ns = sum_ns_.load(std::memory_order_relaxed);
    counts.max_ns = max_ns_.load(std::memory_order_relaxed);
    for (std::size_t bucket = buckets_.size() - 1; bucket > 0; --bucket) {
      if (counts.buckets[bucket] == 0) continue;
      counts.max_ns = std::max(counts.max_ns, histogram_buckets::upper_ns(bucket - 1) + 1);
      break;
    }
    return counts;
  }

 private:
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t amount) noexcept {
    to.store(to.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint64_t>, histogram_buckets::kCount> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0}, max_ns_{0};
};

}  // namespace groundswell
