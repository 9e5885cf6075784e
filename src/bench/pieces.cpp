#include "bench/pieces.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "base/assert.hpp"
#include "base/open_file.hpp"
#include "base/ring.hpp"
#include "bench/measure.hpp"
#include "journal/writer.hpp"

namespace groundswell::bench {
namespace {

constexpr std::size_t kRingSlots = 65'536;
constexpr std::size_t kAppendBatch = 64;
constexpr std::size_t kBlockRecords = 1'024;  // 64 KiB

Error io_error(const std::filesystem::path& path, const char* what) {
  return fail(Exit::kIo, path.string() + ": " + what + ": " + std::strerror(errno));
}

// The textbook's ring. Capacity: a power of two.
class CachedRing {
 public:
  explicit CachedRing(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {}
  std::size_t push(const Record* items, std::size_t count) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (slots_.size() - (head - seen_tail_) < count) seen_tail_ = tail_.load(std::memory_order_acquire);
    count = std::min(count, slots_.size() - (head - seen_tail_));
    for (std::size_t i = 0; i < count; ++i) slots_[(head + i) & mask_] = items[i];
    head_.store(head + count, std::memory_order_release);
    return count;
  }
  std::size_t pop(Record* items, std::size_t capacity) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (seen_head_ - tail < capacity) seen_head_ = head_.load(std::memory_order_acquire);
    const std::size_t count = std::min(capacity, seen_head_ - tail);
    for (std::size_t i = 0; i < count; ++i) items[i] = slots_[(tail + i) & mask_];
    tail_.store(tail + count, std::memory_order_release);
    return count;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  std::vector<Record> slots_;
  std::size_t mask_;
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};
  std::size_t seen_tail_ = 0;  // the producer's
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  std::size_t seen_head_ = 0;  // the consumer's
};

template <class AnyRing>
double hop_ns(std::size_t count, std::size_t batch) {
  AnyRing ring(kRingSlots);
  std::vector<Record> out(batch, pulse_record(1)), in(batch, pulse_record(1));
  return elapsed_ns([&] {
    std::thread producer([&] {
      for (std::size_t left = count; left > 0;) {
        const std::size_t pushed = ring.push(out.data(), std::min(batch, left));
        left -= pushed;
        if (pushed == 0) std::this_thread::yield();
      }
    });
    for (std::size_t left = count; left > 0;) {
      const std::size_t popped = ring.pop(in.data(), std::min(batch, left));
      left -= popped;
      keep(in[0]);
      if (popped == 0) std::this_thread::yield();
    }
    producer.join();
  });
}

}  // namespace

void BareLoop::play(std::span<const Record> ticks) noexcept {
  for (const Record& record : ticks) {
    const Tick& tick = record.tick;
    Symbol& symbol = symbols_[tick.symbol];
    symbol.last_e9 = tick.price_e9;
    symbol.high_e9 = std::max(symbol.high_e9, tick.price_e9);
    symbol.low_e9 = std::min(symbol.low_e9, tick.price_e9);
    symbol.volume_shares += tick.size;
    symbol.dollars_e9 += static_cast<uint128>(tick.price_e9) * tick.size;
    symbol.average_e9 += 2.0 / 21.0 * (static_cast<double>(tick.price_e9) - symbol.average_e9);
  }
  keep(symbols_);
}

void read_all(std::span<const Record> records) noexcept {
  std::array<std::uint64_t, 8> sums{};
  for (const Record& record : records) {
    std::array<std::uint64_t, 8> words;
    static_assert(sizeof words == sizeof record);
    std::memcpy(words.data(), &record, sizeof record);
    for (std::size_t i = 0; i < words.size(); ++i) sums[i] += words[i];
  }
  keep(sums);
}

double ring_hop_ns(std::size_t count, std::size_t batch) { return hop_ns<Ring<Record>>(count, batch); }
double cached_ring_hop_ns(std::size_t count, std::size_t batch) { return hop_ns<CachedRing>(count, batch); }

EncodedTicks::EncodedTicks(std::span<const Record> records, std::size_t batch) : n_ticks_(records.size()) {
  wire::FeedEncoder encoder;
  std::vector<Tick> ticks;
  std::vector<std::size_t> sizes;
  for (std::size_t first = 0; first < records.size(); first += batch) {
    ticks.clear();
    for (const Record& record : records.subspan(first, std::min(batch, records.size() - first))) ticks.push_back(record.tick);
    const wire::TickBatch sent{.feed_epoch = 1, .first_tick = first, .send_ns = 1, .feed = 1, .line = 0, .ticks = ticks};
    const auto frame = encoder.encode(sent);
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    sizes.push_back(frame.size());
  }
  const std::byte* next = bytes_.data();
  for (const std::size_t size : sizes) {
    frames_.emplace_back(next, size);
    next += size;
  }
}

void EncodedTicks::decode() noexcept {
  std::int64_t sum_e9 = 0;
  for (const auto frame : frames_) {
    const wire::Verdict verdict = decoder_.decode(frame);
    GS_ASSERT(verdict == wire::Verdict::kOk);
    for (const Tick& tick : decoder_.ticks().ticks) sum_e9 += tick.price_e9;
  }
  keep(sum_e9);
}

void EncodedTicks::copy() noexcept {
  for (const auto frame : frames_) {
    std::memcpy(scratch_.data(), frame.data(), frame.size());
    keep(scratch_);
  }
}

Result<double> append_ns(std::span<const Record> records, const std::filesystem::path& path) {
  auto writer = journal::Writer::create(path, {.recording_id = 1});
  if (!writer) return writer.error();
  Result<void> done;
  const double taken_ns = elapsed_ns([&] {
    for (std::size_t first = 0; first < records.size() && done; first += kAppendBatch) {
      done = writer->append(records.subspan(first, std::min(kAppendBatch, records.size() - first)));
    }
    if (done) done = writer->flush();
  });
  std::filesystem::remove(path);
  if (!done) return done.error();
  return taken_ns;
}

Result<double> raw_write_ns(std::span<const Record> records, const std::filesystem::path& path) {
  const int file = open_file(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (file < 0) return io_error(path, "cannot be created");
  bool written = true;
  const double taken_ns = elapsed_ns([&] {
    for (std::size_t first = 0; first < records.size() && written; first += kBlockRecords) {
      const auto block = std::as_bytes(records.subspan(first, std::min(kBlockRecords, records.size() - first)));
      written = ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size());
    }
  });
  ::close(file);
  std::filesystem::remove(path);
  if (!written) return io_error(path, "cannot be written");
  return taken_ns;
}

}  // namespace groundswell::bench
