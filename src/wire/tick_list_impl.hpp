// Lists of ticks, as a feed's frames and the answers to its fills carry them. Included by the .cpp files here only.
#pragma once

#include <tick.capnp.h>

#include "wire/message.hpp"

namespace groundswell::wire {

static_assert(capnp::sizeInWords<schema::Tick>() * kWordBytes == sizeof(Tick));
inline constexpr std::size_t kShortestTickBytes = 24;  // a tick that ends before its size is none; less would claim what it lacks

inline Tick tick_by_fields(schema::Tick::Reader from) {
  return {.ts_event_ns = from.getTsEvent(),
          .price_e9 = from.getPrice(),
          .size = from.getSize(),
          .trade_id = from.getTradeId(),
          .symbol = from.getSymbol(),
          .ts_recv_delta_ns = from.getTsRecvDelta(),
          .cond_set = from.getCondSet(),
          .venue = from.getVenue(),
          .action = static_cast<Action>(from.getAction()),
          .side = from.getSide(),
          .flags = from.getFlags(),
          .spare = from.getSpare()};
}

// Reads a batch but for its envelope. The ticks are where they lie in the message, or, when the sender laid them out otherwise, in
// `converted`, which holds kMaxTicksPerBatch without growing.
inline Verdict read_tick_batch(schema::TickBatch::Reader from, std::vector<Tick>& converted, TickBatch& out) {
  const auto list = from.getTicks();
  if (list.size() > kMaxTicksPerBatch) return Verdict::kMalformed;
  if (list.size() != 0 && element_layout(list).data_bytes < kShortestTickBytes) return Verdict::kMalformed;
  out = {.feed_epoch = from.getFeedEpoch(),
         .first_tick = from.getFirstTick(),
         .send_ns = from.getSendTs(),
         .feed = from.getFeed(),
         .line = from.getLine(),
         .ticks = {}};
  if (list.size() == 0) return Verdict::kOk;
  if (has_layout(list, sizeof(Tick))) {
    out.ticks = elements_in_place<Tick>(list);
    return Verdict::kOk;
  }
  converted.clear();
  for (const auto tick : list) converted.push_back(tick_by_fields(tick));
  out.ticks = converted;
  return Verdict::kOk;
}

inline constexpr std::size_t tick_batch_words(std::size_t ticks) {
  return capnp::sizeInWords<schema::TickBatch>() + struct_list_words<schema::Tick>(ticks);
}

inline void write_tick_batch(const TickBatch& batch, schema::TickBatch::Builder to) {
  GS_ASSERT(batch.ticks.size() <= kMaxTicksPerBatch);
  to.setFeedEpoch(batch.feed_epoch);
  to.setFirstTick(batch.first_tick);
  to.setSendTs(batch.send_ns);
  to.setFeed(batch.feed);
  to.setLine(batch.line);
  copy_elements(batch.ticks, to.initTicks(static_cast<capnp::uint>(batch.ticks.size())));
}

}  // namespace groundswell::wire
