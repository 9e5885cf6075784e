#include "pipeline/journal_stage.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/snapshot.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kLongestUnwrittenNs = 5'000'000;
constexpr std::int64_t kSyncEveryNs = 1'000'000'000, kWritebackEveryNs = 50'000'000;
constexpr int kItemsPerStep = 256;

}  // namespace

JournalStage::JournalStage(journal::Writer& writer, publish::EdgeEncoder encoder, JournalLink& in, EdgeLink& out, EngineStatus& status)
    : Stage("journal"), writer_(writer), encoder_(std::move(encoder)), in_(in), out_(out), status_(status) {}

bool JournalStage::has_room() noexcept {
  const bool fits = out_.has_room();
  waits_ += !fits;
  return fits;
}

bool JournalStage::take_item(std::size_t& work) {
  const JournalLink::Item item = in_.front();
  switch (item.kind) {
    case JournalLink::Kind::kNothing: return false;
    case JournalLink::Kind::kRecords:
      if (!status_.check(writer_.append(item.records))) return false;
      work += item.records.size();
      break;
    case JournalLink::Kind::kEdge: {
      if (!has_room()) return false;
      const auto encoded = encoder_.encode(item.edge, item.why, wall_clock_ns());
      if (!status_.check(writer_.append_edges(encoded, 1))) return false;
      ++edges_written_;
      out_.edge(item.edge, encoded, item.cause_recv_ns);
      ++work;
      break;
    }
    case JournalLink::Kind::kConfig:
      if (!status_.check(writer_.append_config(in_.take_config()))) return false;
      break;
    case JournalLink::Kind::kCatalog: {
      if (!has_room()) return false;
      const Catalog catalog = in_.take_catalog();
      if (!status_.check(writer_.append_catalog(catalog))) return false;
      encoder_.set_catalog_hash(wire::catalog_hash(catalog));
      out_.catalog(catalog);
      ++work;
      break;
    }
  }
  in_.pop();
  return true;
}

std::size_t JournalStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  std::size_t work = 0;
  for (int i = 0; i < kItemsPerStep && take_item(work); ++i) {
  }
  if (status_.failed()) return 0;
  // What is to be published is written now, by one call with all that came with it; records alone may wait for more.
  if (writer_.all_written()) {
    unwritten_since_ns_ = now_ns;
  } else if (out_.holds_some() || now_ns - unwritten_since_ns_ >= kLongestUnwrittenNs || in_.ended()) {
    if (!status_.check(writer_.flush())) return 0;
    unwritten_since_ns_ = now_ns;
    ++work;
  }
  out_.hand_on();  // before the number that lets it out: what is safe then is here
  status_.written_jseq = writer_.written_jseq();
  due_ns_ = in_.has_work() ? now_ns + kRetryAfterNs : writer_.all_written() ? kNever : unwritten_since_ns_ + kLongestUnwrittenNs;
  if (in_.ended() && writer_.all_written()) {
    out_.close();
    finished_ = true;
  }
  return work;
}

SyncStage::SyncStage(journal::Writer& writer, bool always, SnapshotLink& snapshots, EngineStatus& status)
    : Stage("sync"), writer_(writer), always_(always), snapshots_(snapshots), status_(status) {}

std::size_t SyncStage::step(std::int64_t now_ns) {
  if (const auto taken = snapshots_.waiting(status_.synced_jseq.load()); !taken.empty()) {
    if (const auto written = write_snapshot(writer_.path(), taken); !written) log_warning("restart", "{}", written.error().message);
    snapshots_.written();
    return 1;
  }
  due_ns_ = now_ns + kWritebackEveryNs;
  if (!has_work()) return 0;
  if (!always_ && now_ns < sync_at_ns_) {
    writer_.begin_writeback();
    return 0;
  }
  const std::int64_t began_ns = monotonic_clock_ns();
  const auto synced = writer_.sync();
  sync_times_.record(monotonic_clock_ns() - began_ns);
  sync_at_ns_ = now_ns + kSyncEveryNs;
  if (!synced) {
    status_.fail(synced.error());
    return 0;
  }
  status_.synced_jseq = *synced;
  return 1;
}

}  // namespace groundswell::pipeline
