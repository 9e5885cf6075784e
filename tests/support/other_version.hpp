// Messages as programs of the minor versions around this one write them (schemas/README.md, "Evolution").
#pragma once

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace groundswell::test {

namespace other_version {

inline void widen(capnp::AnyStruct::Reader from, capnp::AnyStruct::Builder to);
inline void widen(capnp::AnyPointer::Reader from, capnp::AnyPointer::Builder to) {
  const auto words = [](capnp::AnyStruct::Reader of) { return static_cast<std::uint16_t>(of.getDataSection().size() / 8 + 1); };
  const auto pointers = [](capnp::AnyStruct::Reader of) { return static_cast<std::uint16_t>(of.getPointerSection().size() + 1); };
  if (from.isStruct()) {
    const auto one = from.getAs<capnp::AnyStruct>();
    widen(one, to.initAsAnyStruct(words(one), pointers(one)));
  } else if (from.isList() && from.getAs<capnp::AnyList>().getElementSize() == capnp::ElementSize::INLINE_COMPOSITE) {
    const auto all = from.getAs<capnp::AnyList>().as<capnp::List<capnp::AnyStruct>>();
    if (all.size() == 0) return;
    auto made = to.initAsListOfAnyStruct(words(all[0]), pointers(all[0]), all.size());
    for (unsigned i = 0; i < all.size(); ++i) widen(all[i], made[i]);
  } else if (!from.isNull()) {
    to.set(from);
  }
}
inline void widen(capnp::AnyStruct::Reader from, capnp::AnyStruct::Builder to) {
  const auto data = from.getDataSection();
  std::memset(to.getDataSection().begin(), 0xee, to.getDataSection().size());
  std::memcpy(to.getDataSection().begin(), data.begin(), data.size());
  const auto pointers = from.getPointerSection();
  for (unsigned i = 0; i < pointers.size(); ++i) widen(pointers[i], to.getPointerSection()[i]);
  to.getPointerSection()[pointers.size()].setAs<capnp::Text>("what a later version has to say");
}

template <class Make>
std::vector<std::byte> again(std::span<const std::byte> message, Make&& make) {
  kj::Array<capnp::word> words = kj::heapArray<capnp::word>(message.size() / sizeof(capnp::word));
  std::memcpy(words.begin(), message.data(), message.size());
  capnp::FlatArrayMessageReader reader(words);
  capnp::MallocMessageBuilder builder(static_cast<unsigned>(words.size() * 4 + 1024));  // one segment
  make(reader.getRoot<capnp::AnyPointer>(), builder.getRoot<capnp::AnyPointer>());
  const auto flat = capnp::messageToFlatArray(builder);
  const auto bytes = flat.asBytes();
  const auto* const first = reinterpret_cast<const std::byte*>(bytes.begin());
  return {first, first + bytes.size()};
}

}  // namespace other_version

// Of the next one: one word and one pointer more at the end of every struct, in lists too.
inline std::vector<std::byte> of_next_version(std::span<const std::byte> message) {
  return other_version::again(message,
                              [](capnp::AnyPointer::Reader from, capnp::AnyPointer::Builder to) { other_version::widen(from, to); });
}

// Of an earlier one: the message lacks its last words or pointers.
inline std::vector<std::byte> of_earlier_version(std::span<const std::byte> message, unsigned words, unsigned pointers) {
  return other_version::again(message, [&](capnp::AnyPointer::Reader any, capnp::AnyPointer::Builder to) {
    const auto from = any.getAs<capnp::AnyStruct>();
    const auto data = from.getDataSection();
    const unsigned pointers_left = from.getPointerSection().size() - pointers;
    auto made = to.initAsAnyStruct(static_cast<std::uint16_t>(data.size() / 8 - words), static_cast<std::uint16_t>(pointers_left));
    std::memcpy(made.getDataSection().begin(), data.begin(), data.size() - words * 8);
    for (unsigned i = 0; i < pointers_left; ++i) made.getPointerSection()[i].set(from.getPointerSection()[i]);
  });
}

}  // namespace groundswell::test
