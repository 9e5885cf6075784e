// Edges as bytes, made once: the same go into the journal first and to the world then.
// Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "groundswell/value.hpp"
#include "wire/codec.hpp"

namespace groundswell::publish {

class EdgeEncoder {
 public:
  EdgeEncoder(std::uint64_t recording_id, std::uint64_t config_hash) : recording_id_(recording_id), config_hash_(config_hash) {
    batch_.edges.resize(1);
  }
  void set_recording_id(std::uint64_t recording_id) noexcept { recording_id_ = recording_id; }
  void set_catalog_hash(std::uint64_t catalog_hash) noexcept { catalog_hash_ = catalog_hash; }
  // A flat EdgeBatch message of this edge; valid until the next call. `now_ns`: UTC, its send time.
  std::span<const std::byte> encode(const Edge& edge, std::span<const Why> why, std::int64_t now_ns, std::uint16_t universe = 0) {
    batch_.header = {.recording_id = recording_id_,
                     .catalog_hash = catalog_hash_,
                     .config_hash = config_hash_,
                     .send_ns = static_cast<std::uint64_t>(now_ns),
                     .session = edge.session,
                     .universe = universe,
                     .scope = edge.scope};
    batch_.scope_seq = edge.scope_seq;
    batch_.edges[0].edge = edge;
    batch_.edges[0].why.assign(why.begin(), why.end());
    return codec_->encode(batch_);
  }

 private:
  std::uint64_t recording_id_, config_hash_, catalog_hash_ = 0;
  std::unique_ptr<wire::SignalCodec> codec_ = std::make_unique<wire::SignalCodec>();
  wire::EdgeBatch batch_;
};

}  // namespace groundswell::publish
