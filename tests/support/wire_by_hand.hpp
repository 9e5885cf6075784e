// Tick frames written byte by byte from the published layout, without the codec: what other senders, older, newer or hostile, may send.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "groundswell/tick.hpp"

namespace groundswell::test {

inline std::uint64_t struct_pointer(std::uint64_t data_words, std::uint64_t pointers) { return data_words << 32 | pointers << 48; }
inline std::uint64_t list_tag(std::uint64_t count, std::uint64_t data_words, std::uint64_t pointers) {
  return count << 2 | data_words << 32 | pointers << 48;
}
inline std::uint64_t struct_list_pointer(std::uint64_t content_words) { return 1 | std::uint64_t{7} << 32 | content_words << 35; }

struct HandFrame {
  char kind = 'K';
  std::uint8_t version = 1;
  std::uint8_t line = 1;
  std::uint16_t feed = 7;
  std::uint32_t envelope_ticks = 0;
  std::vector<std::uint64_t> message;  // without its stream header

  std::vector<std::byte> bytes() const {
    std::vector<std::byte> out(16 + 8 + message.size() * 8);
    const unsigned char magic[] = {'T', static_cast<unsigned char>(kind), version, line};
    std::memcpy(out.data(), magic, 4);
    std::memcpy(out.data() + 4, &feed, 2);
    std::memcpy(out.data() + 8, &envelope_ticks, 4);
    const auto words = static_cast<std::uint32_t>(message.size());
    std::memcpy(out.data() + 20, &words, 4);
    std::memcpy(out.data() + 24, message.data(), message.size() * 8);
    return out;
  }
};

// Ticks of `data_words` and `pointers` (null ones) each: fewer data words cut the struct, more follow it as 0xee bytes.
inline HandFrame tick_frame(std::span<const Tick> ticks, std::size_t data_words, std::size_t pointers) {
  const std::size_t element_words = data_words + pointers;
  HandFrame frame{.envelope_ticks = static_cast<std::uint32_t>(ticks.size())};
  const std::uint64_t feed_line = std::uint64_t{frame.feed} | std::uint64_t{frame.line} << 16;
  frame.message = {struct_pointer(4, 1),
                   1'001,
                   42,
                   99,
                   feed_line,
                   struct_list_pointer(ticks.size() * element_words),
                   list_tag(ticks.size(), data_words, pointers)};
  for (const Tick& tick : ticks) {
    std::vector<std::uint64_t> element(element_words, 0);
    if (data_words > 0) std::memset(element.data(), 0xee, data_words * 8);
    if (data_words > 0) std::memcpy(element.data(), &tick, std::min(data_words * 8, sizeof tick));
    frame.message.insert(frame.message.end(), element.begin(), element.end());
  }
  return frame;
}

}  // namespace groundswell::test
