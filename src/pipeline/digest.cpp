#include "pipeline/digest.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/assert.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kLongestRow = 512;
constexpr std::uint8_t kLevelRow = 1, kEdgeRow = 2;
static_assert(std::endian::native == std::endian::little, "rows are little-endian");

class Row {  // length, kind, then fields; texts are length-prefixed
 public:
  Row(std::uint8_t* bytes, std::uint8_t kind) noexcept : bytes_(bytes) { add(kind); }
  template <class T>
  void add(T field) noexcept {
    std::memcpy(bytes_ + used_, &field, sizeof field);
    used_ += sizeof field;
  }
  void add_text(std::string_view text) noexcept {
    GS_ASSERT(text.size() <= 128);
    add(static_cast<std::uint16_t>(text.size()));
    std::memcpy(bytes_ + used_, text.data(), text.size());
    used_ += text.size();
  }
  std::size_t finish() noexcept {  // says how many bytes
    const auto length = static_cast<std::uint32_t>(used_);
    std::memcpy(bytes_, &length, sizeof length);
    return used_;
  }

 private:
  std::uint8_t* bytes_;
  std::size_t used_ = sizeof(std::uint32_t);
};

}  // namespace

DigestSink::DigestSink(ScopeNames scopes, std::vector<std::string> signals)
    : scopes_(std::move(scopes)), signals_(std::move(signals)), buffer_(64 * 1024) {}

std::uint8_t* DigestSink::room() noexcept {
  if (used_ + kLongestRow > buffer_.size()) flush();
  return buffer_.data() + used_;
}

void DigestSink::flush() noexcept {
  sha_.update(buffer_.data(), used_);
  used_ = 0;
}

void DigestSink::on_levels(const LevelBatchView& batch) noexcept {
  for (const Level& level : batch.levels) {
    Row row(room(), kLevelRow);
    row.add(batch.session);
    row.add(batch.ts_event_ns);
    row.add(static_cast<std::uint8_t>(batch.clock));
    row.add_text(scopes_.of(batch.scope, level.subject));
    row.add_text(signals_[level.signal]);
    row.add(static_cast<std::uint8_t>(level.validity));
    row.add(level.present != 0 ? std::bit_cast<std::uint64_t>(level.value) : std::uint64_t{0});
    row.add(level.n_valid);
    row.add(level.n_members);
    row.add(level.flags);
    used_ += row.finish();
  }
}

void DigestSink::on_edge(const Edge& edge, std::span<const Why>) noexcept {
  Row row(room(), kEdgeRow);
  row.add(edge.session);
  row.add(edge.ts_event_ns);
  row.add(static_cast<std::uint8_t>(edge.clock));
  row.add_text(scopes_.of(edge.scope, edge.subject));
  row.add_text(edge_type_name(edge.type));
  row.add(static_cast<std::uint8_t>(edge.validity));
  row.add(edge.present != 0 ? std::bit_cast<std::uint64_t>(edge.value) : std::uint64_t{0});
  row.add(edge.n_valid);
  row.add(edge.n_members);
  row.add(edge.flags);
  row.add(edge.eseq);
  row.add(edge.event_id.hi);
  row.add(edge.event_id.lo);
  used_ += row.finish();
}

std::string DigestSink::text() const {
  Sha256 sha = sha_;
  sha.update(buffer_.data(), used_);
  const Sha256::Digest digest = sha.finish();
  return "sha256:" + hex(digest.data(), digest.size());
}

}  // namespace groundswell::pipeline
