#include "pipeline/links.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kEdgeRecords = (sizeof(Edge) + kRecordBytes - 1) / kRecordBytes;
constexpr std::uint64_t kIsCatalog = ~std::uint64_t{0};

}  // namespace

bool JournalLink::records(std::span<const Record> records) noexcept {
  while (true) {
    records = records.subspan(ring_.push(records.data(), records.size()));
    if (records.empty()) return true;
    ++waits_;
    if (!waiter_()) return false;
  }
}

bool JournalLink::edge(const Edge& edge, std::span<const Why> why, std::int64_t cause_recv_ns) noexcept {
  constexpr std::size_t kPartsAtOnce = 16 * kRecordBytes / sizeof(Why);
  const std::size_t why_records = (why.size_bytes() + kRecordBytes - 1) / kRecordBytes;
  GS_ASSERT(kEdgeRecords + why_records <= UINT16_MAX);
  Record message[1 + kEdgeRecords] = {
      make_record(kEdgeMark, static_cast<std::int64_t>(why.size()), static_cast<std::uint16_t>(kEdgeRecords + why_records))};
  std::memcpy(message[0].body, &cause_recv_ns, sizeof cause_recv_ns);
  std::memcpy(message + 1, &edge, sizeof edge);
  if (!records(message)) return false;
  for (; !why.empty(); why = why.subspan(std::min(why.size(), kPartsAtOnce))) {
    const auto parts = why.first(std::min(why.size(), kPartsAtOnce));
    Record held[16] = {};
    std::memcpy(held, parts.data(), parts.size_bytes());
    if (!records({held, (parts.size_bytes() + kRecordBytes - 1) / kRecordBytes})) return false;
  }
  return true;
}

bool JournalLink::catalog(Catalog catalog) {
  catalogs_.put(std::move(catalog));
  const Record mark = make_record(kCatalogMark, 0, 0);
  return records({&mark, 1});
}

bool JournalLink::config(std::vector<journal::ConfigText> texts) {
  configs_.put(std::move(texts));
  const Record mark = make_record(kConfigMark, 0, 0);
  return records({&mark, 1});
}

bool JournalLink::fill(std::size_t records) noexcept {
  if (tail_ - head_ >= records) return true;
  if (taken_.size() < records) taken_.resize(records);  // an edge with a part for each of hundreds of members
  std::copy(taken_.begin() + static_cast<std::ptrdiff_t>(head_), taken_.begin() + static_cast<std::ptrdiff_t>(tail_), taken_.begin());
  tail_ -= head_;
  head_ = 0;
  tail_ += ring_.pop(taken_.data() + tail_, taken_.size() - tail_);
  return tail_ - head_ >= records;
}

JournalLink::Item JournalLink::front() {
  Item item;
  if (!fill(1)) return item;
  const Record first = taken_[head_];  // fill() moves what it stands in
  item_records_ = 1;
  if (first.kind == kCatalogMark) {
    item.kind = Kind::kCatalog;
  } else if (first.kind == kConfigMark) {
    item.kind = Kind::kConfig;
  } else if (first.kind == kEdgeMark) {
    item_records_ += first.feed;
    if (!fill(item_records_)) return item;  // its rest is still on the way
    item.kind = Kind::kEdge;
    std::memcpy(&item.cause_recv_ns, first.body, sizeof item.cause_recv_ns);
    std::memcpy(&item.edge, taken_.data() + head_ + 1, sizeof item.edge);
    const std::size_t parts = static_cast<std::size_t>(first.recv_ns);
    item.why = {reinterpret_cast<const Why*>(taken_.data() + head_ + 1 + kEdgeRecords), parts};
  } else {
    const auto begin = taken_.begin() + static_cast<std::ptrdiff_t>(head_), end = taken_.begin() + static_cast<std::ptrdiff_t>(tail_);
    const auto mark = std::find_if(begin, end, [](const Record& record) { return record.kind >= kConfigMark; });
    item.kind = Kind::kRecords;
    item.records = {begin, mark};
    item_records_ = item.records.size();
  }
  return item;
}

void JournalLink::pop() noexcept {
  head_ += item_records_;
  GS_ASSERT(item_records_ > 0 && head_ <= tail_);
  item_records_ = 0;
}

EdgeLink::Cell* EdgeLink::hold(std::size_t cells) {
  if (outgoing_.size() < held_ + cells) outgoing_.resize(held_ + cells);
  held_ += cells;
  return outgoing_.data() + held_ - cells;
}

void EdgeLink::edge(const Edge& edge, std::span<const std::byte> encoded, std::int64_t cause_recv_ns) {
  const std::size_t cells = 1 + kEdgeCells + (encoded.size() + sizeof(Cell) - 1) / sizeof(Cell);
  GS_ASSERT(cells <= kLargestCells);
  Cell* const to = hold(cells);
  const Head head{encoded.size(), cause_recv_ns};
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + 1, &edge, sizeof edge);
  std::memcpy(to + 1 + kEdgeCells, encoded.data(), encoded.size());
}

void EdgeLink::catalog(const Catalog& catalog) {
  catalogs_.put(catalog);
  const Head head{kIsCatalog, 0};
  std::memcpy(hold(1), &head, sizeof head);
}

void EdgeLink::hand_on() noexcept {
  const std::size_t pushed = ring_.push(outgoing_.data(), held_);
  GS_ASSERT(pushed == held_);  // one producer: free space only grows
  held_ = 0;
}

bool EdgeLink::fill(std::size_t cells) noexcept {
  if (taken_.size() < cells) taken_.resize(cells);
  if (used_ < cells) used_ += ring_.pop(taken_.data() + used_, cells - used_);
  return used_ >= cells;
}

std::optional<EdgeLink::Item> EdgeLink::front() noexcept {
  if (!fill(1)) return std::nullopt;
  Head head{};
  std::memcpy(&head, taken_.data(), sizeof head);
  whole_ = 1;
  if (head.bytes == kIsCatalog) return Item{nullptr, {}, 0};
  whole_ += kEdgeCells + (head.bytes + sizeof(Cell) - 1) / sizeof(Cell);
  if (!fill(whole_)) return std::nullopt;
  return Item{reinterpret_cast<const Edge*>(taken_.data() + 1),
              {reinterpret_cast<const std::byte*>(taken_.data() + 1 + kEdgeCells), static_cast<std::size_t>(head.bytes)},
              head.cause_recv_ns};
}

void EdgeLink::pop() noexcept {
  GS_ASSERT(whole_ != 0 && used_ == whole_);
  used_ = whole_ = 0;
}

}  // namespace groundswell::pipeline
