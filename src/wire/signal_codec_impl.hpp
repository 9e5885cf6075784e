// What the codecs of published messages share: the messages as roots of a frame of their own, and as bodies of replies.
#pragma once

#include <catalog.capnp.h>
#include <signal.capnp.h>

#include "wire/message.hpp"

namespace groundswell::wire {

struct SignalCodec::Impl {
  MessageWriter writer{64 * 1024};  // grows to the largest message once
  AlignedBytes scratch{64 * 1024};
  std::vector<Level> converted;  // levels of another length than ours
};

// Words that write() takes, the struct itself included.
std::size_t words_of(const LevelBatch& batch);
std::size_t words_of(const EdgeBatch& batch);
std::size_t words_of(const Catalog& catalog);
void write(const LevelBatch& from, schema::LevelBatch::Builder to);
void write(const EdgeBatch& from, schema::EdgeBatch::Builder to);
void write(const Catalog& from, schema::Catalog::Builder to);
void write_header(const Header& from, schema::Header::Builder to);
void write_next(const std::vector<NextNumbers>& from, capnp::List<schema::Next>::Builder to);
// `out` is left alone unless the verdict is kOk. Levels are where they lie in the message, or in `converted`.
Verdict read(schema::LevelBatch::Reader from, std::vector<Level>& converted, LevelBatch& out);
Verdict read(schema::EdgeBatch::Reader from, EdgeBatch& out);
Verdict read(schema::Catalog::Reader from, Catalog& out);
Header read_header(schema::Header::Reader from);
std::vector<NextNumbers> read_next(capnp::List<schema::Next>::Reader from);

inline capnp::uint count(const auto& list) { return static_cast<capnp::uint>(list.size()); }

}  // namespace groundswell::wire
