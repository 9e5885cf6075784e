#include <capnp/generated-header-support.h>
#include <tick.capnp.h>

#include "wire/tick_list_impl.hpp"

namespace groundswell::wire {
namespace {

struct Envelope {
  char magic[2];  // 'T', then the kind
  std::uint8_t version;
  std::uint8_t line;
  std::uint16_t feed;
  std::uint16_t publisher;  // 0; a sender may tell its processes apart with it
  std::uint32_t ticks;      // in a TK frame, else 0
  std::uint32_t zero;       // 0, not read
};
static_assert(sizeof(Envelope) == kEnvelopeBytes);
static_assert(kEnvelopeBytes + kStreamHeaderBytes + (1 + tick_batch_words(kMaxTicksPerBatch)) * kWordBytes <= kMaxFeedFrameBytes);

std::span<const std::byte> seal(std::span<std::byte> frame, char kind, std::uint16_t feed, std::uint8_t line, std::size_t ticks) {
  const Envelope envelope{.magic = {'T', kind},
                          .version = kWireVersion,
                          .line = line,
                          .feed = feed,
                          .publisher = 0,
                          .ticks = static_cast<std::uint32_t>(ticks),
                          .zero = 0};
  std::memcpy(frame.data(), &envelope, sizeof envelope);
  return frame;
}

}  // namespace

struct FeedDecoder::Impl {
  AlignedBytes scratch{kMaxFeedFrameBytes};
  std::vector<Tick> converted;  // ticks of another length than ours
  FrameKind kind = FrameKind::kTicks;
  TickBatch ticks;
  Instruments instruments;
  FeedHeartbeat heartbeat;

  Impl() {
    converted.reserve(kMaxTicksPerBatch);
    kj::getExceptionCallback();  // the first call in a process allocates
  }

  Verdict read(const Envelope& envelope, schema::TickBatch::Reader from) {
    const Verdict verdict = read_tick_batch(from, converted, ticks);
    if (verdict != Verdict::kOk) return verdict;
    const bool agree = ticks.ticks.size() == envelope.ticks && ticks.feed == envelope.feed && ticks.line == envelope.line;
    return agree ? Verdict::kOk : Verdict::kMalformed;
  }

  Verdict read(const Envelope& envelope, schema::Instruments::Reader from) {
    const auto sets = from.getCondSets();
    const auto symbols = from.getSymbols();
    if (envelope.ticks != 0 || is_phantom(sets) || is_phantom(symbols)) return Verdict::kMalformed;
    instruments.feed_epoch = from.getFeedEpoch();
    instruments.condition_sets.clear();
    for (const auto set : sets) {
      instruments.condition_sets.push_back(
          {.id = set.getId(),
           .set = {.tape = static_cast<char>(set.getTape()), .codes = from_text(set.getCodes()), .scheme = from_text(set.getScheme())}});
    }
    instruments.symbols.clear();
    for (const auto symbol : symbols) {
      const capnp::Text::Reader name = symbol.getName();  // once: each look counts against the traversal limit
      // Sizes in another unit would be wrong by powers of ten: better no instrument than that.
      if (name.size() == 0 || symbol.getSizeExp() != 0) return Verdict::kMalformed;
      instruments.symbols.push_back({.id = symbol.getId(), .name = from_text(name)});
    }
    return Verdict::kOk;
  }

  Verdict read(const Envelope& envelope, schema::FeedHeartbeat::Reader from) {
    Mode mode{};
    if (envelope.ticks != 0 || !from_code(from.getMode(), kModeNames.size(), mode)) return Verdict::kMalformed;
    if (from.getFeed() != envelope.feed || from.getLine() != envelope.line) return Verdict::kMalformed;
    heartbeat = {.feed_epoch = from.getFeedEpoch(),
                 .next_tick = from.getNextTick(),
                 .market_time_ns = from.getMarketTime(),
                 .send_ns = from.getSendTs(),
                 .feed = from.getFeed(),
                 .line = from.getLine(),
                 .mode = mode};
    return Verdict::kOk;
  }

  template <class Root>
  Verdict decode(std::span<const std::byte> frame, const Envelope& envelope, FrameKind frame_kind) {
    kind = frame_kind;
    return read_message<Root>(scratch, frame, kEnvelopeBytes, [&](auto root) { return read(envelope, root); });
  }
};

FeedDecoder::FeedDecoder() : impl_(std::make_unique<Impl>()) {}
FeedDecoder::~FeedDecoder() = default;

Verdict FeedDecoder::decode(std::span<const std::byte> frame) {
  if (frame.size() > kMaxFeedFrameBytes) return Verdict::kOversized;
  if (frame.size() < kEnvelopeBytes) return Verdict::kMalformed;
  Envelope envelope;
  std::memcpy(&envelope, frame.data(), sizeof envelope);
  if (envelope.magic[0] != 'T') return Verdict::kUnknownKind;
  const char kind = envelope.magic[1];
  if (kind != 'K' && kind != 'C' && kind != 'H') return Verdict::kUnknownKind;
  if (envelope.version != kWireVersion) return Verdict::kWrongVersion;
  if (kind == 'K') return impl_->decode<schema::TickBatch>(frame, envelope, FrameKind::kTicks);
  if (kind == 'C') return impl_->decode<schema::Instruments>(frame, envelope, FrameKind::kInstruments);
  return impl_->decode<schema::FeedHeartbeat>(frame, envelope, FrameKind::kHeartbeat);
}

FrameKind FeedDecoder::kind() const noexcept { return impl_->kind; }
const TickBatch& FeedDecoder::ticks() const noexcept { return impl_->ticks; }
const Instruments& FeedDecoder::instruments() const noexcept { return impl_->instruments; }
const FeedHeartbeat& FeedDecoder::heartbeat() const noexcept { return impl_->heartbeat; }

struct FeedEncoder::Impl {
  MessageWriter writer{kMaxFeedFrameBytes};
};

FeedEncoder::FeedEncoder() : impl_(std::make_unique<Impl>()) {}
FeedEncoder::~FeedEncoder() = default;

std::span<const std::byte> FeedEncoder::encode(const TickBatch& batch) {
  const std::size_t words = 1 + tick_batch_words(batch.ticks.size());
  const auto frame =
      impl_->writer.build<schema::TickBatch>(kEnvelopeBytes, words, [&](schema::TickBatch::Builder to) { write_tick_batch(batch, to); });
  return seal(frame, 'K', batch.feed, batch.line, batch.ticks.size());
}

std::span<const std::byte> FeedEncoder::encode(const Instruments& instruments) {
  std::size_t words = 1 + capnp::sizeInWords<schema::Instruments>() +
                      struct_list_words<schema::CondSet>(instruments.condition_sets.size()) +
                      struct_list_words<schema::Instrument>(instruments.symbols.size());
  for (const FeedConditionSet& set : instruments.condition_sets) words += text_words(set.set.codes) + text_words(set.set.scheme);
  for (const Instrument& symbol : instruments.symbols) words += text_words(symbol.name);
  const auto frame = impl_->writer.build<schema::Instruments>(kEnvelopeBytes, words, [&](schema::Instruments::Builder to) {
    to.setFeedEpoch(instruments.feed_epoch);
    auto sets = to.initCondSets(static_cast<capnp::uint>(instruments.condition_sets.size()));
    for (capnp::uint i = 0; i < sets.size(); ++i) {
      const FeedConditionSet& set = instruments.condition_sets[i];
      sets[i].setId(set.id);
      sets[i].setTape(static_cast<std::uint8_t>(set.set.tape));
      sets[i].setCodes(to_text(set.set.codes));
      sets[i].setScheme(to_text(set.set.scheme));
    }
    auto symbols = to.initSymbols(static_cast<capnp::uint>(instruments.symbols.size()));
    for (capnp::uint i = 0; i < symbols.size(); ++i) {
      symbols[i].setId(instruments.symbols[i].id);
      symbols[i].setName(to_text(instruments.symbols[i].name));
    }
  });
  return seal(frame, 'C', 0, 0, 0);
}

std::span<const std::byte> FeedEncoder::encode(const FeedHeartbeat& heartbeat) {
  constexpr std::size_t kWords = 1 + capnp::sizeInWords<schema::FeedHeartbeat>();
  const auto frame = impl_->writer.build<schema::FeedHeartbeat>(kEnvelopeBytes, kWords, [&](schema::FeedHeartbeat::Builder to) {
    to.setFeedEpoch(heartbeat.feed_epoch);
    to.setNextTick(heartbeat.next_tick);
    to.setMarketTime(heartbeat.market_time_ns);
    to.setSendTs(heartbeat.send_ns);
    to.setFeed(heartbeat.feed);
    to.setLine(heartbeat.line);
    to.setMode(static_cast<std::uint8_t>(heartbeat.mode));
  });
  return seal(frame, 'H', heartbeat.feed, heartbeat.line, 0);
}

}  // namespace groundswell::wire
