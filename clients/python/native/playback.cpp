#include "playback.hpp"

#include <algorithm>

#include "failure.hpp"

namespace groundswell::python {

using client::JournalReader;

bool inside(const Windows& windows, std::uint64_t time_ns) noexcept {
  if (windows.empty()) return true;
  const auto after =
      std::upper_bound(windows.begin(), windows.end(), time_ns, [](std::uint64_t time, const auto& window) { return time < window.first; });
  return after != windows.begin() && time_ns < std::prev(after)->second;
}

bool Wanted::is_listed(std::string_view name) const noexcept { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

Playback::Playback(JournalReader reader, const std::optional<client::FoldOptions>& fold) : reader_(std::move(reader)) {
  reader_.rewind();
  if (fold) fold_ = must(client::Fold::open(reader_, *fold));
}

JournalReader::Kind Playback::advance(client::Handler& handler) {
  if (fold_) return must(fold_->advance(reader_, handler));
  const JournalReader::Kind kind = must(reader_.next());
  if (kind == JournalReader::Kind::kRecords) {
    received_ns_.resize(kReceivedKept);
    next_jseq_ = reader_.first_jseq();
    for (const Record& record : reader_.records()) received_ns_[next_jseq_++ % kReceivedKept] = record.recv_ns;
  }
  if (kind == JournalReader::Kind::kEdges) reader_.edges(handler);
  return kind;
}

std::int64_t Playback::received_ns(std::uint64_t jseq) const noexcept {
  if (!fold_) {
    const bool is_kept = jseq > 0 && jseq < next_jseq_ && next_jseq_ - jseq <= received_ns_.size();
    return is_kept ? received_ns_[jseq % kReceivedKept] : 0;
  }
  const std::uint64_t first_jseq = reader_.first_jseq();
  const std::span<const Record> records = reader_.records();  // those being applied
  return jseq >= first_jseq && jseq - first_jseq < records.size() ? records[jseq - first_jseq].recv_ns : 0;
}

}  // namespace groundswell::python
