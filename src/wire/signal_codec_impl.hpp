// What the codecs of published messages share.
#pragma once

#include "wire/message.hpp"

namespace groundswell::wire {

struct SignalCodec::Impl {
  MessageWriter writer{64 * 1024};  // grows to the largest message once
  AlignedBytes scratch{64 * 1024};
  std::vector<Level> converted;  // levels of another length than ours
};

}  // namespace groundswell::wire
