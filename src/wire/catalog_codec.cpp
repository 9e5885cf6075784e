#include <capnp/generated-header-support.h>

#include "base/sha256.hpp"
#include "wire/signal_codec_impl.hpp"

namespace groundswell::wire {
namespace {

const std::vector<std::string> kUniverses{"main", "shadow"};  // by index of Header.universe

std::size_t text_list_words(const std::vector<std::string>& texts) {
  std::size_t words = texts.size();
  for (const std::string& text : texts) words += text_words(text);
  return words;
}

}  // namespace

std::size_t words_of(const Catalog& catalog) {
  std::size_t words =
      capnp::sizeInWords<schema::Catalog>() + text_words(catalog.universe_version) + text_list_words(kUniverses) +
      text_list_words(catalog.scopes) + text_list_words(catalog.symbols) + struct_list_words<schema::Signal>(catalog.signals.size()) +
      struct_list_words<schema::CondSet>(catalog.condition_sets.size()) + struct_list_words<schema::Trigger>(catalog.triggers.size()) +
      struct_list_words<schema::Roster>(catalog.rosters.size());
  for (const RosterVersion& roster : catalog.rosters) words += text_words(roster.version);
  for (const SignalEntry& signal : catalog.signals) words += text_words(signal.id) + text_words(signal.unit);
  for (const ConditionSet& set : catalog.condition_sets) words += text_words(set.codes) + text_words(set.scheme);
  for (const TriggerEntry& trigger : catalog.triggers)
    words += text_words(trigger.name) + text_words(trigger.type) + text_words(trigger.signal) + text_words(trigger.rule);
  return words;
}

namespace {

void set_texts(capnp::List<capnp::Text>::Builder to, const std::vector<std::string>& texts) {
  for (capnp::uint i = 0; i < to.size(); ++i) to.set(i, to_text(texts[i]));
}

std::vector<std::string> get_texts(capnp::List<capnp::Text>::Reader from) {
  std::vector<std::string> texts;
  for (const auto text : from) texts.push_back(from_text(text));
  return texts;
}

}  // namespace

// The order in which fields are set is the order of their objects in the message, and so part of the catalog's hash.
void write(const Catalog& catalog, schema::Catalog::Builder to) {
  to.setUniverseVersion(to_text(catalog.universe_version));
  set_texts(to.initUniverses(count(kUniverses)), kUniverses);
  set_texts(to.initScopes(count(catalog.scopes)), catalog.scopes);
  auto signals = to.initSignals(count(catalog.signals));
  for (capnp::uint i = 0; i < signals.size(); ++i) {
    const SignalEntry& signal = catalog.signals[i];
    signals[i].setId(to_text(signal.id));
    signals[i].setUnit(to_text(signal.unit));
    signals[i].setDefinition(signal.definition);
    signals[i].setIndex(signal.index);
  }
  set_texts(to.initSymbols(count(catalog.symbols)), catalog.symbols);
  auto sets = to.initCondSets(count(catalog.condition_sets));
  for (capnp::uint i = 0; i < sets.size(); ++i) {
    const ConditionSet& set = catalog.condition_sets[i];
    sets[i].setId(static_cast<std::uint16_t>(i));
    sets[i].setTape(static_cast<std::uint8_t>(set.tape));
    sets[i].setCodes(to_text(set.codes));
    sets[i].setScheme(to_text(set.scheme));
  }
  auto triggers = to.initTriggers(count(catalog.triggers));
  for (capnp::uint i = 0; i < triggers.size(); ++i) {
    const TriggerEntry& trigger = catalog.triggers[i];
    triggers[i].setName(to_text(trigger.name));
    triggers[i].setType(to_text(trigger.type));
    triggers[i].setSignal(to_text(trigger.signal));
    triggers[i].setRule(to_text(trigger.rule));
  }
  auto rosters = to.initRosters(count(catalog.rosters));
  for (capnp::uint i = 0; i < rosters.size(); ++i) {
    rosters[i].setHash(catalog.rosters[i].hash);
    rosters[i].setVersion(to_text(catalog.rosters[i].version));
    rosters[i].setFromSession(catalog.rosters[i].from_session);
  }
}

Verdict read(schema::Catalog::Reader from, Catalog& out) {
  const auto signals = from.getSignals();
  const auto sets = from.getCondSets();
  const auto triggers = from.getTriggers();
  const auto rosters = from.getRosters();
  if (is_phantom(signals) || is_phantom(sets) || is_phantom(triggers) || is_phantom(rosters)) return Verdict::kMalformed;
  Catalog catalog;
  catalog.universe_version = from_text(from.getUniverseVersion());
  catalog.scopes = get_texts(from.getScopes());
  catalog.symbols = get_texts(from.getSymbols());
  for (const auto signal : signals) {
    catalog.signals.push_back({.id = from_text(signal.getId()),
                               .unit = from_text(signal.getUnit()),
                               .definition = signal.getDefinition(),
                               .index = signal.getIndex()});
  }
  for (const auto set : sets) {
    if (set.getId() != catalog.condition_sets.size()) return Verdict::kMalformed;
    catalog.condition_sets.push_back(
        {.tape = static_cast<char>(set.getTape()), .codes = from_text(set.getCodes()), .scheme = from_text(set.getScheme())});
  }
  for (const auto trigger : triggers) {
    catalog.triggers.push_back({.name = from_text(trigger.getName()),
                                .type = from_text(trigger.getType()),
                                .signal = from_text(trigger.getSignal()),
                                .rule = from_text(trigger.getRule())});
  }
  for (const auto roster : rosters) {
    catalog.rosters.push_back(
        {.hash = roster.getHash(), .version = from_text(roster.getVersion()), .from_session = roster.getFromSession()});
  }
  out = std::move(catalog);
  return Verdict::kOk;
}

std::span<const std::byte> SignalCodec::encode(const Catalog& catalog) {
  return impl_->writer.build<schema::Catalog>(0, 1 + words_of(catalog), [&](schema::Catalog::Builder to) { write(catalog, to); });
}

Verdict SignalCodec::decode(std::span<const std::byte> message, Catalog& out) {
  return read_message<schema::Catalog>(impl_->scratch, message, 0, [&](schema::Catalog::Reader from) { return read(from, out); });
}

std::uint64_t catalog_hash(const Catalog& catalog) {
  SignalCodec codec;
  const std::span<const std::byte> message = codec.encode(catalog);
  return sha256_prefix64({reinterpret_cast<const char*>(message.data()), message.size()});
}

}  // namespace groundswell::wire
