// The payloads of blocks as they were before they were packed. Thread: one per object.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "journal/format.hpp"

namespace groundswell::journal {

class Unpacker {
 public:
  Unpacker();
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;
  ~Unpacker();

  // `stored` holds header.stored_bytes bytes. `payload` becomes `stored` itself if the block is not packed, else memory of this object,
  // 64-byte aligned and valid until the next call. What is wrong, or "". Trusts neither the header nor the bytes: allocates no more than
  // kMaxPackedBytes and what decoding takes.
  std::string unpack(const BlockHeader& header, const std::byte* stored, std::span<const std::byte>& payload);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;  // made when the first packed block comes
};

}  // namespace groundswell::journal
