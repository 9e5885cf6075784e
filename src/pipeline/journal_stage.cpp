#include "pipeline/journal_stage.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/snapshot.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kOpenBlockNs = 5'000'000;
constexpr std::int64_t kSyncEveryNs = 1'000'000'000;
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
      if (!status_.check(writer_.append_edges(encoded, 1))) return false;  // writes the open block first
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

void JournalStage::write_open_block() {
  if (status_.check(writer_.flush())) status_.written_jseq = writer_.written_jseq();
}

std::size_t JournalStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  std::size_t work = 0;
  for (int i = 0; i < kItemsPerStep && take_item(work); ++i) {
  }
  if (status_.failed()) return 0;
  status_.written_jseq = writer_.written_jseq();
  if (!writer_.has_open_block()) {
    open_since_ns_ = now_ns;
  } else if (now_ns - open_since_ns_ >= kOpenBlockNs || in_.ended()) {
    write_open_block();
    open_since_ns_ = now_ns;
    ++work;
  }
  due_ns_ = in_.has_work() ? now_ns + kRetryAfterNs : writer_.has_open_block() ? open_since_ns_ + kOpenBlockNs : kNever;
  if (in_.ended() && !writer_.has_open_block()) {
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
  if (!has_work() || (!always_ && now_ns < due_ns_)) {
    due_ns_ = std::max(due_ns_, now_ns + kSyncEveryNs / 10);
    return 0;
  }
  const std::int64_t began_ns = monotonic_clock_ns();
  const auto synced = writer_.sync();
  sync_times_.record(monotonic_clock_ns() - began_ns);
  due_ns_ = now_ns + kSyncEveryNs;
  if (!synced) {
    status_.fail(synced.error());
    return 0;
  }
  status_.synced_jseq = *synced;
  return 1;
}

}  // namespace groundswell::pipeline
