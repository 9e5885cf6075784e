// How this folder builds and reads flat Cap'n Proto messages: built as one segment in a reused buffer and framed in place, read from an
// aligned copy under tight limits, so that nothing is allocated per message and nothing is thrown. Included by the .cpp files here only.
#pragma once

#include <capnp/any.h>
#include <capnp/generated-header-support.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <bit>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "wire/codec.hpp"

namespace groundswell::wire {

static_assert(std::endian::native == std::endian::little, "data sections are used as structs in place");

inline constexpr std::size_t kWordBytes = sizeof(capnp::word);
inline constexpr std::size_t kStreamHeaderBytes = 8;  // segment count less one (0), then words in the segment
inline constexpr std::uint64_t kTraversalSlackWords = 64;
inline constexpr int kNestingLimit = 8;

// Bytes at a cache-line boundary, which grow but never shrink. Zero when new; growing drops what was there.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::size_t bytes) { reserve(bytes); }
  void reserve(std::size_t bytes) {
    if (bytes > size()) lines_ = std::vector<Line>(bytes / sizeof(Line) + 1);
  }
  std::byte* data() noexcept { return lines_.data()->bytes; }
  std::size_t size() const noexcept { return lines_.size() * sizeof(Line); }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> lines_;
};

// Gives its one segment to the builder; asking for a second means that the size was computed wrongly.
class OneSegmentBuilder final : public capnp::MessageBuilder {
 public:
  OneSegmentBuilder(capnp::word* segment, std::size_t words) noexcept : segment_(segment, words) {}
  kj::ArrayPtr<capnp::word> allocateSegment(capnp::uint minimum_words) override {
    GS_ASSERT(!given_ && minimum_words <= segment_.size());
    given_ = true;
    return segment_;
  }

 private:
  kj::ArrayPtr<capnp::word> segment_;
  bool given_ = false;
};

// Builds messages one after the other in the same place. What build() returns is valid until the next build().
class MessageWriter {
 public:
  explicit MessageWriter(std::size_t bytes) : buffer_(bytes) {}

  // `head_bytes` (a multiple of 8) are left zero in front, for an envelope. `words` bounds the message, root pointer included.
  template <class Root, class Fill>
  std::span<std::byte> build(std::size_t head_bytes, std::size_t words, Fill&& fill) {
    const std::size_t segment_at = head_bytes + kStreamHeaderBytes;
    std::memset(buffer_.data(), 0, used_bytes_);  // a segment must start as zeros
    buffer_.reserve(segment_at + words * kWordBytes);
    OneSegmentBuilder builder(reinterpret_cast<capnp::word*>(buffer_.data() + segment_at), words);
    fill(builder.initRoot<Root>());
    const auto segments = builder.getSegmentsForOutput();
    GS_ASSERT(segments.size() == 1);
    const std::uint32_t stream_header[2] = {0, static_cast<std::uint32_t>(segments[0].size())};
    std::memcpy(buffer_.data() + head_bytes, stream_header, sizeof stream_header);
    used_bytes_ = segment_at + segments[0].size() * kWordBytes;
    return {buffer_.data(), used_bytes_};
  }

 private:
  AlignedBytes buffer_;
  std::size_t used_bytes_ = 0;
};

// While it lives, this thread's Cap'n Proto errors carry no stack trace: refusing garbage must stay cheap. Lives on the stack only.
class WithoutStackTraces final : public kj::ExceptionCallback {
 public:
  StackTraceMode stackTraceMode() override { return StackTraceMode::NONE; }
};

// Copies `message` into `scratch` (alignment and lifetime: readers and casts point into the copy) and calls `read(root)`, a Verdict, on the
// Cap'n Proto message that follows the first `head_bytes`. Whatever the bytes are, the answer is a verdict.
template <class Root, class Read>
Verdict read_message(AlignedBytes& scratch, std::span<const std::byte> message, std::size_t head_bytes, Read&& read) noexcept {
  if (message.size() < head_bytes + kStreamHeaderBytes + kWordBytes || message.size() % kWordBytes != 0) return Verdict::kMalformed;
  try {
    scratch.reserve(message.size());
    std::memcpy(scratch.data(), message.data(), message.size());
    const WithoutStackTraces quiet;
    const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(scratch.data() + head_bytes),
                                                (message.size() - head_bytes) / kWordBytes);
    // The limits make elements of no size and shared or nested pointers cost no more than the message has bytes.
    capnp::ReaderOptions options;
    options.traversalLimitInWords = words.size() + kTraversalSlackWords;
    options.nestingLimit = kNestingLimit;
    capnp::FlatArrayMessageReader reader(words, options);
    if (reader.getEnd() != words.end()) return Verdict::kMalformed;  // bytes after the message
    return read(reader.getRoot<Root>());
  } catch (const kj::Exception&) {
    return Verdict::kMalformed;
  } catch (const std::exception&) {
    return Verdict::kMalformed;
  }
}

struct ElementLayout {
  std::size_t data_bytes = 0;
  std::size_t pointers = 0;
};
// How the sender laid out the structs of a list that is not empty: an older sender's are shorter, a newer one's longer.
template <class ListReader>
ElementLayout element_layout(const ListReader& list) {
  const capnp::AnyStruct::Reader first(list[0]);
  return {first.getDataSection().size(), first.getPointerSection().size()};
}
// Elements of no size cost a sender nothing to claim: never loop over them. Every struct of ours takes at least a word.
template <class ListReader>
bool is_phantom(const ListReader& list) {
  if (list.size() == 0) return false;
  const ElementLayout layout = element_layout(list);
  return layout.data_bytes + layout.pointers * kWordBytes < kWordBytes;
}
template <class ListReader>
bool has_layout(const ListReader& list, std::size_t data_bytes) {
  const ElementLayout layout = element_layout(list);
  return layout.data_bytes == data_bytes && layout.pointers == 0;
}
// The list's elements where they lie; only after has_layout(list, sizeof(Pod)), when they are contiguous.
template <class Pod, class ListReader>
std::span<const Pod> elements_in_place(const ListReader& list) {
  return {reinterpret_cast<const Pod*>(capnp::AnyStruct::Reader(list[0]).getDataSection().begin()), list.size()};
}
template <class Pod, class ListBuilder>
void copy_elements(std::span<const Pod> from, ListBuilder to) {
  if (!from.empty()) std::memcpy(capnp::AnyStruct::Builder(to[0]).getDataSection().begin(), from.data(), from.size_bytes());
}

// Sizes in words of what a builder allocates.
template <class Struct>
constexpr std::size_t struct_list_words(std::size_t count) {
  return 1 + count * capnp::sizeInWords<Struct>();
}
inline std::size_t text_words(std::string_view text) { return text.size() / kWordBytes + 1; }  // with its terminating zero byte

inline capnp::Text::Reader to_text(const std::string& text) { return {text.c_str(), text.size()}; }
inline std::string from_text(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

// A code as an enum, when it is one that this version knows: `count` codes from 0.
template <class Enum>
bool from_code(std::uint8_t code, std::size_t count, Enum& out) {
  if (code >= count) return false;
  out = static_cast<Enum>(code);
  return true;
}

}  // namespace groundswell::wire
