// The links between stages: who hands what to whom, and what happens when there is no room. Each has one producer and one consumer thread.
//
//   feed -> core        FeedLink     the feed stops reading its sockets; they fill up, and the loss shows in the sender's numbers
//   core -> journal     JournalLink  the core waits (counted)
//   journal -> publish  EdgeLink     the journal takes no more until there is room
//   core -> publish     outbox.hpp   levels conflate
//   core -> publish     ViewLink     one at a time, when it is asked for
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/ring.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/record.hpp"
#include "groundswell/value.hpp"
#include "journal/writer.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/members_view.hpp"
#include "pipeline/published_levels.hpp"
#include "pipeline/stage.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

// In links only, never in a journal.
inline constexpr auto kConfigMark = static_cast<RecordKind>(251);    // the next texts of the link are the recording's next CONFIG block
inline constexpr auto kSendTimeMark = static_cast<RecordKind>(252);  // pulse.time_ns: the sender's clock, when ticks that follow were sent
inline constexpr auto kInstrumentsMark = static_cast<RecordKind>(253);  // the next Instruments of the link hold from here on
inline constexpr auto kCatalogMark = static_cast<RecordKind>(254);      // so does the next catalog
inline constexpr auto kEdgeMark = static_cast<RecordKind>(255);         // `feed` records follow: the bytes of an Edge, then of its parts

// What does not fit a ring because it has no fixed size. Rare.
template <class T>
class SideQueue {
 public:
  void put(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
  }
  T take() {  // one for each mark in the ring
    const std::scoped_lock lock(mutex_);
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  std::size_t waiting() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::deque<T> items_;
};

// What a feed's sequencer passes on: records with the sender's ids, and marks.
struct FeedLink {
  static constexpr std::size_t kRecords = 1 << 14;  // 1 MiB
  Ring<Record> records{kRecords};
  SideQueue<wire::Instruments> instruments;
  std::atomic<bool> closed{false};  // nothing more will come
};

// New reference data on its way to the core, which takes it between records.
struct ReferenceUpdate {
  std::vector<journal::ConfigText> texts;  // for the recording
  std::uint64_t hash = 0;                  // of the block they make
  ReferenceData data;
  std::vector<AliasRow> aliases;
  std::uint8_t what = 0;  // bits k…Changed
};
struct ReferenceLink {
  SideQueue<ReferenceUpdate> updates;
  std::atomic<std::uint64_t> put{0}, taken{0};  // how many
};

// Records, and in their midst the edges that they caused, the texts of new reference data and the catalogs that hold from there on: what
// happened, in order.
class JournalLink {
 public:
  // The core's side. Each waits for room; false: the engine fails, nothing was handed on.
  void set_waiter(Waiter waiter) noexcept { waiter_ = waiter; }
  bool records(std::span<const Record> records) noexcept;
  // `cause_recv_ns`: UTC, when its cause was received; 0 = that means nothing. It goes along to the publisher, here and in EdgeLink.
  bool edge(const Edge& edge, std::span<const Why> why, std::int64_t cause_recv_ns) noexcept;
  bool catalog(Catalog catalog);
  bool config(std::vector<journal::ConfigText> texts);
  void close() noexcept { closed_ = true; }
  std::uint64_t waits() const noexcept { return waits_; }  // how often it had to wait

  // The journal's side.
  enum class Kind { kNothing, kRecords, kEdge, kCatalog, kConfig };
  struct Item {
    Kind kind = Kind::kNothing;
    std::span<const Record> records;  // kRecords: some; the rest is an item of its own
    Edge edge;
    std::span<const Why> why;
    std::int64_t cause_recv_ns = 0;  // of an edge
  };
  Item front();  // stays until pop()
  void pop() noexcept;
  Catalog take_catalog() { return catalogs_.take(); }
  std::vector<journal::ConfigText> take_config() { return configs_.take(); }
  bool ended() const noexcept { return closed_.load() && head_ == tail_ && ring_.used_slots() == 0; }
  // Any thread.
  bool has_work() const noexcept { return ring_.used_slots() > 0; }
  std::size_t depth() const noexcept { return ring_.used_slots(); }
  std::size_t capacity() const noexcept { return ring_.capacity(); }

 private:
  static constexpr std::size_t kRecords = 1 << 16;  // 4 MiB
  static constexpr std::size_t kAtOnce = 512;
  bool fill(std::size_t records) noexcept;
  Ring<Record> ring_{kRecords};
  SideQueue<Catalog> catalogs_;
  SideQueue<std::vector<journal::ConfigText>> configs_;
  std::atomic<bool> closed_{false};
  Waiter waiter_;
  std::uint64_t waits_ = 0;
  std::vector<Record> taken_ = std::vector<Record>(kAtOnce);  // [head_, tail_) are still to be looked at
  std::size_t head_ = 0, tail_ = 0, item_records_ = 0;
};

// Edges that are in the journal, as they are there; and new catalogs.
class EdgeLink {
 public:
  // The journal's side. Only while has_room(), which says that the largest edge fits; what was put in is handed on together, when it is
  // written.
  bool has_room() const noexcept { return ring_.free_slots() >= held_ + kLargestCells; }
  void edge(const Edge& edge, std::span<const std::byte> encoded, std::int64_t cause_recv_ns);
  void catalog(const Catalog& catalog);
  bool holds_some() const noexcept { return held_ > 0; }
  void hand_on() noexcept;
  void close() noexcept { closed_ = true; }

  // The publisher's side. No edge: a catalog.
  struct Item {
    const Edge* edge;
    std::span<const std::byte> encoded;
    std::int64_t cause_recv_ns;
  };
  std::optional<Item> front() noexcept;  // stays until pop()
  void pop() noexcept;
  Catalog take_catalog() { return catalogs_.take(); }
  bool ended() const noexcept { return closed_.load() && used_ == 0 && ring_.used_slots() == 0; }
  // Any thread.
  std::size_t depth() const noexcept { return ring_.used_slots(); }
  std::size_t capacity() const noexcept { return ring_.capacity(); }

 private:
  struct Head {
    std::uint64_t bytes;  // that are encoded; kIsCatalog: no edge
    std::int64_t cause_recv_ns;
  };
  struct alignas(8) Cell {
    unsigned char bytes[64];
  };
  static constexpr std::size_t kCells = 1 << 14;         // 1 MiB
  static constexpr std::size_t kLargestCells = 1 << 12;  // 256 KiB: an edge with a part for each of thousands of members
  static constexpr std::size_t kEdgeCells = (sizeof(Edge) + sizeof(Cell) - 1) / sizeof(Cell);
  Cell* hold(std::size_t cells);
  bool fill(std::size_t cells) noexcept;
  Ring<Cell> ring_{kCells};
  SideQueue<Catalog> catalogs_;
  std::atomic<bool> closed_{false};
  std::vector<Cell> outgoing_, taken_;  // a cell with the head; the edge; the bytes
  std::size_t held_ = 0, used_ = 0, whole_ = 0;
};

// A snapshot on its way from the core to the disk. The core takes the next one only when the last one is written.
class SnapshotLink {
 public:
  // The core's side. Nothing while the last one has not been written; else its memory, to be filled and handed on.
  std::vector<std::byte>* free() noexcept { return full_.load(std::memory_order_acquire) ? nullptr : &taken_; }
  void hand_on(std::uint64_t jseq) noexcept {
    jseq_ = jseq;
    full_.store(true, std::memory_order_release);
  }
  // The writer's side. Empty: there is none, or its record is not on the disk yet.
  std::span<std::byte> waiting(std::uint64_t synced_jseq) noexcept {
    return full_.load(std::memory_order_acquire) && jseq_ <= synced_jseq ? std::span(taken_) : std::span<std::byte>();
  }
  void written() noexcept { full_.store(false, std::memory_order_release); }

 private:
  std::vector<std::byte> taken_;
  std::uint64_t jseq_ = 0;
  std::atomic<bool> full_{false};
};

// A copy of what the core knows, from the core to the publisher when it asks: one view at a time, so the core never makes more than it can
// hand over. The core looks here between batches of records, and never waits.
template <class View>
class ViewLink {
 public:
  // The publisher's side.
  bool is_idle() const noexcept { return state_.load(std::memory_order_acquire) == kIdle; }
  void ask() noexcept {
    if (is_idle()) state_.store(kWanted, std::memory_order_release);
  }
  // What was made after ask(); nothing while it is on its way, or its records are not safe yet.
  const View* front(std::uint64_t safe_jseq) const noexcept {
    return state_.load(std::memory_order_acquire) == kMade && view_.jseq <= safe_jseq ? &view_ : nullptr;
  }
  void pop() noexcept { state_.store(kIdle, std::memory_order_release); }
  // The core's side: copies what `fold` knows, if it is wanted. Returns whether it was.
  bool answer(const Fold& fold) {
    if (state_.load(std::memory_order_acquire) != kWanted) return false;
    fold.view(view_);
    state_.store(kMade, std::memory_order_release);
    return true;
  }
  View& memory() noexcept { return view_; }  // while it is idle, the publisher's: to say what is asked

 private:
  enum State : int { kIdle, kWanted, kMade };
  View view_;
  std::atomic<int> state_{kIdle};
};

}  // namespace groundswell::pipeline
