// Questions and answers of a node for tests: one fixed example of every kind.
#pragma once

#include "support/wire_samples.hpp"
#include "wire/control.hpp"

namespace groundswell::test {

inline wire::Request sample_stream_request() {
  return {.id = 201, .deadline_ns = 202, .kind = wire::RequestKind::kStream, .credit = 203, .topics = {"E.main.", "L.main.thesis."}};
}
inline wire::Request sample_credit_request() { return {.id = 204, .kind = wire::RequestKind::kCredit, .target = 201, .credit = 205}; }
inline wire::Request sample_edge_fill_request() {
  return {.id = 206, .deadline_ns = 207, .kind = wire::RequestKind::kFill, .universe = "main", .scope = "thesis", .from = 208, .to = 209};
}
inline wire::Request sample_members_request() {
  return {.id = 241, .deadline_ns = 242, .kind = wire::RequestKind::kMembers, .universe = "main", .scope = "gpu_accelerators"};
}
inline wire::MemberBatch sample_members() {
  return {.header = sample_header(),
          .jseq = 251,
          .event_time_ns = 252,
          .members = {{.symbol = 17,
                       .role = Role::kLeader,
                       .halted = true,
                       .quarantined = false,
                       .suspect = false,
                       .counts = true,
                       .last_e9 = 187'420'000'000,
                       .ref_e9 = 185'000'000'000,
                       .volume_shares = 253,
                       .last_trade_ns = 254},
                      {.symbol = 18,
                       .role = Role::kSpender,
                       .halted = false,
                       .quarantined = true,
                       .suspect = true,
                       .counts = false,
                       .last_e9 = 55'010'000'000,
                       .ref_e9 = 0,
                       .volume_shares = 255,
                       .last_trade_ns = 0}}};
}
inline wire::ReplyHead sample_reply_head() {
  return {.id = 211, .status = wire::ReplyStatus::kOk, .more = true, .chunk = 2, .oldest = 212, .text = "as asked"};
}
inline wire::Snapshot sample_snapshot() {
  return {.header = sample_header(),
          .jseq = 221,
          .event_time_ns = 222,
          .positions = sample_heartbeat().next,
          .triggers = {{.trigger = 223,
                        .scope = 224,
                        .universe = 225,
                        .phase = wire::TriggerPhase::kOn,
                        .present = true,
                        .subject = 226,
                        .since_ns = 227,
                        .value = 228.5},
                       {.trigger = 1, .scope = 2, .universe = 0, .phase = wire::TriggerPhase::kUnprimed}}};
}
inline const std::vector<std::byte>& sample_stream_bytes() {
  static const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}};
  return bytes;
}
inline wire::StreamBatch sample_stream_batch() {
  return {.seq = 231,
          .last_seq = 232,
          .conflated = 233,
          .dropped = 234,
          .lag_ns = 235,
          .messages = {{"E.main.thesis.", sample_stream_bytes()}, {"L.main.thesis.", {}}}};
}

}  // namespace groundswell::test
