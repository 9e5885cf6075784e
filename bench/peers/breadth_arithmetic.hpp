// The arithmetic of tick_by_tick.py in C++, on arrays of numpy: as little as has to be done for the numbers of the benchmark, and nothing
// else.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace groundswell::bench {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// The order is that of native_arrays.py.
enum Array {
  kSymbol,
  kPrice,
  kPrevious,
  kSum19,
  kYearHigh,
  kYearLow,
  kFirst,
  kBasketOf,
  kSize,
  kNeed,
  kIndexBase,
  kStrengthBase,
  kOut,
  kArrays
};

struct Member {
  double growth = 0.0;
  bool traded = false, above = false, high = false, low = false;
  int side = 0;
};

struct Basket {
  std::int64_t traded = 0, net[3] = {0, 0, 0}, above = 0, high = 0, low = 0;
  double growth = 0.0;
};

class Breadth {
 public:
  Breadth(std::int64_t addresses, std::int64_t symbols, std::int64_t baskets)
      : arrays_(reinterpret_cast<const std::int64_t*>(addresses)),
        benchmark_(symbols - 1),
        members_(static_cast<std::size_t>(symbols)),
        baskets_(static_cast<std::size_t>(baskets)),
        out_(reinterpret_cast<double*>(arrays_[kOut])) {
    for (std::int64_t k = 0; k < symbols; ++k) {
      Member& member = members_[k];
      member.above = 19 * whole(kPrevious, k) > whole(kSum19, k);
      for (std::int64_t i = whole(kFirst, k); i < whole(kFirst, k + 1); ++i) baskets_[whole(kBasketOf, i)].above += member.above;
    }
  }

  std::int64_t trade(std::int64_t number) {
    const std::int64_t k = whole(kSymbol, number), price = whole(kPrice, number), previous = whole(kPrevious, k);
    Member& member = members_[k];
    const Member before = member;
    member.traded = true;
    member.side = (price > previous) - (price < previous);
    member.above = 19 * price > whole(kSum19, k);
    member.high |= price > whole(kYearHigh, k);
    member.low |= price < whole(kYearLow, k);
    member.growth = static_cast<double>(price - previous) / static_cast<double>(previous);
    for (std::int64_t i = whole(kFirst, k); i < whole(kFirst, k + 1); ++i) {
      Basket& basket = baskets_[whole(kBasketOf, i)];
      basket.traded += !before.traded;
      if (before.traded) --basket.net[before.side + 1];
      ++basket.net[member.side + 1];
      basket.above += member.above - before.above;
      basket.high += member.high - before.high;
      basket.low += member.low - before.low;
      basket.growth += member.growth - before.growth;
    }
    return k;
  }

  // A row for each basket of the symbol: seq, basket, eight signals.
  void emit_touched(std::int64_t number, std::int64_t k) {
    for (std::int64_t i = whole(kFirst, k); i < whole(kFirst, k + 1); ++i) {
      *out_++ = static_cast<double>(number + 1);
      *out_++ = static_cast<double>(whole(kBasketOf, i));
      emit_eight(whole(kBasketOf, i));
    }
  }

  void emit_all() {
    const Member& benchmark = members_[benchmark_];
    for (std::int64_t b = 0; b < static_cast<std::int64_t>(baskets_.size()); ++b) {
      emit_eight(b);
      const double growth = 1.0 + baskets_[b].growth / static_cast<double>(whole(kSize, b));
      *out_++ = benchmark.traded ? real(kStrengthBase, b) * growth / (1.0 + benchmark.growth) : kAbsent;
    }
  }

 private:
  void emit_eight(std::int64_t b) {
    const Basket& basket = baskets_[b];
    const auto [down, level, up] = basket.net;
    const auto size = static_cast<double>(whole(kSize, b));
    const bool seen = basket.traded >= whole(kNeed, b);
    const auto counted = [&](double value) { *out_++ = seen ? value : kAbsent; };
    counted(static_cast<double>(up));
    counted(static_cast<double>(down));
    counted(static_cast<double>(level));
    counted(100.0 * static_cast<double>(up - down) / static_cast<double>(basket.traded));
    *out_++ = 100.0 * static_cast<double>(basket.above) / size;
    counted(static_cast<double>(basket.high));
    counted(static_cast<double>(basket.low));
    *out_++ = real(kIndexBase, b) * (1.0 + basket.growth / size);
  }
  std::int64_t whole(Array array, std::int64_t k) const { return reinterpret_cast<const std::int64_t*>(arrays_[array])[k]; }
  double real(Array array, std::int64_t k) const { return reinterpret_cast<const double*>(arrays_[array])[k]; }

  const std::int64_t* arrays_;
  std::int64_t benchmark_;
  std::vector<Member> members_;
  std::vector<Basket> baskets_;
  double* out_;
};

}  // namespace groundswell::bench
