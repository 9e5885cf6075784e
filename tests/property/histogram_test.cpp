// The histogram against sorted samples.
#include "base/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>
#include <vector>

namespace groundswell {
namespace {

using namespace histogram_buckets;

TEST(Histogram, BucketsFollowEachOtherWithoutAHole) {
  for (std::size_t bucket = 0; bucket < kCount; ++bucket) {
    ASSERT_EQ(bucket_of(upper_ns(bucket)), bucket);
    if (bucket + 1 < kCount) {
      ASSERT_EQ(bucket_of(upper_ns(bucket) + 1), bucket + 1);
    }
    const std::uint64_t lower = bucket == 0 ? 0 : upper_ns(bucket - 1) + 1;
    ASSERT_LE((upper_ns(bucket) - lower) * kPerDoubling, lower) << "wider than a sixteenth of what is in it";
  }
  EXPECT_EQ(upper_ns(kCount - 1), kLongestNs);
}

// Durations of every size, dense and sparse.
TEST(Histogram, QuantilesAreAtMostASixteenthAboveThoseOfSortedSamples) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> samples(1 + random() % 3'000);
    const unsigned narrowest = static_cast<unsigned>(random() % 36), bits = 1 + static_cast<unsigned>(random() % (37 - narrowest));
    Histogram histogram;
    std::uint64_t sum = 0;
    for (std::uint64_t& sample : samples) {
      sample = random() >> (64 - (narrowest + random() % bits + (narrowest == 0)));
      histogram.record(static_cast<std::int64_t>(sample));
      sum += sample;
    }
    std::sort(samples.begin(), samples.end());
    const HistogramCounts counts = histogram.read();
    ASSERT_EQ(counts.count, samples.size());
    ASSERT_EQ(counts.sum_ns, sum);
    ASSERT_EQ(counts.max_ns, samples.back());
    for (const double fraction : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto place = static_cast<std::size_t>(std::max(1.0, std::ceil(fraction * static_cast<double>(samples.size())))) - 1;
      const std::uint64_t exact = samples[place], found = counts.quantile_ns(fraction);
      ASSERT_GE(found, exact) << "seed " << seed << ", fraction " << fraction;
      ASSERT_LE((found - exact) * kPerDoubling, std::max(exact, kPerDoubling)) << "seed " << seed << ", fraction " << fraction;
    }
    for (std::uint64_t bound = 1; bound <= kLongestNs; bound *= 10) {
      const auto exact = static_cast<std::uint64_t>(std::upper_bound(samples.begin(), samples.end(), bound) - samples.begin());
      const auto before =
          static_cast<std::uint64_t>(std::upper_bound(samples.begin(), samples.end(), bound - bound / 16) - samples.begin());
      ASSERT_LE(counts.count_up_to(bound), exact);
      ASSERT_GE(counts.count_up_to(bound), before) << "those nearest below the bound may be missing, no others";
    }
  }
}

TEST(Histogram, HasNoQuantileWithoutDurationsAndTakesAnything) {
  Histogram histogram;
  EXPECT_EQ(histogram.read().quantile_ns(0.5), 0U);
  EXPECT_EQ(histogram.read().count, 0U);
  histogram.record(-5);
  histogram.record(INT64_MAX);
  const HistogramCounts counts = histogram.read();
  EXPECT_EQ(counts.count, 2U);
  EXPECT_EQ(counts.buckets.front(), 1U);
  EXPECT_EQ(counts.buckets.back(), 1U);
  EXPECT_EQ(counts.max_ns, static_cast<std::uint64_t>(INT64_MAX));
}

// What another thread reads never goes back, and is all there at the end.
TEST(Histogram, IsReadWhileItIsWritten) {
  Histogram histogram;
  std::thread writer([&] {
    for (std::int64_t i = 0; i < 200'000; ++i) histogram.record(i);
  });
  std::uint64_t seen = 0;
  while (seen < 200'000) {
    const std::uint64_t count = histogram.read().count;
    ASSERT_GE(count, seen);
    seen = count;
  }
  writer.join();
  EXPECT_EQ(histogram.read().sum_ns, std::uint64_t{200'000} * 199'999 / 2);
}

}  // namespace
}  // namespace groundswell
