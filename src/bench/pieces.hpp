// The pieces of the path that are measured by themselves, each beside its floor: the same data moved, copied or written with nothing else
// done to it. `groundswell bench` and tests/bench share them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "groundswell/int128.hpp"
#include "groundswell/record.hpp"
#include "wire/codec.hpp"

namespace groundswell::bench {

// Floor of the fold: what any program that wants these numbers must at least do per trade.
class BareLoop {
 public:
  explicit BareLoop(std::size_t n_symbols) : symbols_(n_symbols) {}
  void play(std::span<const Record> ticks) noexcept;

 private:
  struct Symbol {
    std::int64_t last_e9 = 0, high_e9 = 0, low_e9 = kNoPrice;
    std::uint64_t volume_shares = 0;
    uint128 dollars_e9 = 0;  // with the volume: the volume-weighted average price
    double average_e9 = 0;   // exponential, of 20 trades
  };
  std::vector<Symbol> symbols_;
};

// The floor of that: every word of the records read once.
void read_all(std::span<const Record> records) noexcept;

// `count` records through a ring to another thread, `batch` at a time on both sides. Nanoseconds from the first push to the last pop.
double ring_hop_ns(std::size_t count, std::size_t batch);
// The same through a ring of which each side keeps what it last saw of the other's position, and looks again only when that is not enough.
double cached_ring_hop_ns(std::size_t count, std::size_t batch);

// Ticks as feed frames of `batch` ticks, as a gateway sends them.
class EncodedTicks {
 public:
  EncodedTicks(std::span<const Record> records, std::size_t batch);
  void decode() noexcept;  // every frame, and reads every tick's price
  void copy() noexcept;    // the floor: every frame into one buffer
  std::size_t ticks() const noexcept { return n_ticks_; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<std::span<const std::byte>> frames_;
  std::size_t n_ticks_ = 0;
  wire::FeedDecoder decoder_;
  std::array<std::byte, wire::kMaxFeedFrameBytes> scratch_{};
};

// Nanoseconds to append `records` to a new recording at `path`, 64 at a time and up to the last write(); the file is removed. 73, 74.
Result<double> append_ns(std::span<const Record> records, const std::filesystem::path& path);
// The floor: the same bytes by write() alone, a block's worth at a time.
Result<double> raw_write_ns(std::span<const Record> records, const std::filesystem::path& path);

}  // namespace groundswell::bench
