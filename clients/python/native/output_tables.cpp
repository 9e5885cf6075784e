// Events and levels: a row at a time, as the recording or the fold says them.
#include "pick.hpp"

namespace groundswell::python {
namespace {

std::vector<Field> event_fields() {
  const std::vector<Field> part{{"symbol", "u"}, {"delta", "l"}};
  return {{"ts_event", "tsn:UTC"},
          {"ts_recv", "tsn:UTC", true},
          {"session", "I"},
          {"scope", "s", false, true},
          {"type", "s", false, true},
          {"signal", "s", true, true},
          {"trigger", "s", true, true},
          {"subject", "i", true, true},
          {"direction", "c"},
          {"value", "g", true},
          {"prior", "g", true},
          {"threshold", "g", true},
          {"validity", "c", false, true},
          {"clock", "c", false, true},
          {"flags", "I"},
          {"n_valid", "I"},
          {"n_members", "I"},
          {"eseq", "L"},
          {"scope_seq", "L"},
          {"cause_jseq", "L"},
          {"event_id", "u"},
          {"definition", "L"},
          {"roster", "L"},
          {"why", "+l", false, false, {{"item", "+s", false, false, part}}}};
}

std::vector<Field> level_fields() {
  return {{"ts_event", "tsn:UTC"},
          {"ts_recv", "tsn:UTC", true},
          {"session", "I"},
          {"clock", "c", false, true},
          {"scope", "s", false, true},
          {"signal", "s", false, true},
          {"subject", "i", true, true},
          {"value", "g", true},
          {"validity", "c", false, true},
          {"flags", "I"},
          {"n_valid", "I"},
          {"n_members", "I"},
          {"level_seq", "L"},
          {"cause_jseq", "L"}};
}

// What both have in common: batches of whole blocks, cut when they are large enough, and words that grow with new reference data.
class OutputTable : public Source, protected client::Handler {
 public:
  std::optional<std::vector<Column>> next() override {
    columns_.clear();
    for (const Field& field : all_) columns_.emplace_back(field);
    while (columns_.front().rows() < query_.batch_rows) {
      if (playback_.advance(*this) == client::JournalReader::Kind::kEnd) break;
    }
    if (columns_.front().rows() == 0) return std::nullopt;
    std::vector<Column> batch;
    for (const std::size_t place : places_) {
      if (const Dictionary words = words_of(all_[place].name)) columns_[place].set_words(words);
    }
    for (const std::size_t place : places_) batch.push_back(std::move(columns_[place]));
    return batch;
  }

 protected:
  OutputTable(Playback playback, Query query, std::vector<Field> all)
      : playback_(std::move(playback)), query_(std::move(query)), all_(std::move(all)), places_(pick(all_, query_.columns)) {
    for (const std::size_t place : places_) fields_.push_back(all_[place]);
    check_outputs(playback_, query_.scopes, query_.types, query_.signals);
  }
  const client::Names& names() const noexcept { return playback_.names(); }
  void push_received(Column& column, std::uint64_t cause_jseq) const {
    const std::int64_t received_ns = playback_.received_ns(cause_jseq);
    column.push_if(received_ns != 0, received_ns);
  }
  std::int16_t signal_word(std::uint16_t index) {
    if (signal_rows_.empty()) {
      const std::vector<SignalEntry>& signals = names().catalog().signals;
      for (std::size_t row = 0; row < signals.size(); ++row) {
        if (signals[row].index >= signal_rows_.size()) signal_rows_.resize(signals[row].index + std::size_t{1});
        signal_rows_[signals[row].index] = static_cast<std::int16_t>(row);
      }
    }
    return index < signal_rows_.size() ? signal_rows_[index] : std::int16_t{0};
  }

  Playback playback_;
  Query query_;
  std::vector<Field> all_;
  std::vector<std::size_t> places_;
  std::vector<Column> columns_;

 private:
  Dictionary words_of(std::string_view column) const {
    if (column == "scope") return dictionary_of(names().catalog().scopes);
    if (column == "subject") return dictionary_of(names().catalog().symbols);
    if (column == "validity") return dictionary_of(kValidityNames);
    if (column == "clock") return dictionary_of(kClockNames);
    if (column == "type") return dictionary_of(event_types().names);
    if (column == "signal") return names_of(names().catalog().signals, &SignalEntry::id);
    if (column == "trigger") return names_of(names().catalog().triggers, &TriggerEntry::name);
    return nullptr;
  }
  template <class Entry>
  static Dictionary names_of(const std::vector<Entry>& entries, std::string Entry::*name) {
    Words words;
    for (const Entry& entry : entries) words.add(entry.*name);
    return std::make_shared<const Words>(std::move(words));
  }
  std::vector<std::int16_t> signal_rows_;  // by index
};

class EventTable final : public OutputTable {
 public:
  EventTable(Playback playback, Query query)
      : OutputTable(std::move(playback), std::move(query), event_fields()),
        scopes_(query_.scopes),
        types_(query_.types),
        signals_(query_.signals) {}

 private:
  void on_edge(const client::EdgeEvent& event) override {
    const Edge& edge = event.edge;
    if (!inside(query_.windows, edge.ts_event_ns) || !scopes_(edge.scope, event.scope)) return;
    if (!types_(static_cast<std::uint16_t>(edge.type), event.type) || !signals_(edge.signal, event.signal)) return;
    std::size_t at = 0;
    const auto column = [&]() -> Column& { return columns_[at++]; };
    column().push(static_cast<std::int64_t>(edge.ts_event_ns));
    push_received(column(), edge.cause_jseq);
    column().push(edge.session);
    column().push(static_cast<std::int16_t>(edge.scope));
    column().push(event_types().words[static_cast<std::uint16_t>(edge.type)]);
    column().push_if(!event.signal.empty(), signal_word(edge.signal));
    column().push_if(!event.trigger.empty(), static_cast<std::int16_t>(edge.trigger));
    column().push_if(!event.subject.empty(), static_cast<std::int32_t>(edge.subject));
    column().push(edge.direction);
    column().push_if((edge.present & kValuePresent) != 0, edge.value);
    column().push_if((edge.present & kPriorPresent) != 0, edge.prior);
    column().push_if((edge.present & kThresholdPresent) != 0, edge.threshold);
    column().push(static_cast<std::int8_t>(edge.validity));
    column().push(static_cast<std::int8_t>(edge.clock));
    column().push(edge.flags);
    column().push(edge.n_valid);
    column().push(edge.n_members);
    column().push(edge.eseq);
    column().push(edge.scope_seq);
    column().push(edge.cause_jseq);
    column().push_text(hexadecimal(edge.event_id));
    column().push(edge.definition);
    column().push(edge.roster);
    Column& why = column();
    Column& parts = why.children().front();
    for (const Why& part : event.why) {
      parts.children()[0].push_text(names().symbol(part.symbol));
      parts.children()[1].push(part.delta);
    }
    parts.count_rows(event.why.size());
    why.end_list();
  }
  Wanted scopes_, types_, signals_;
};

class LevelTable final : public OutputTable {
 public:
  LevelTable(Playback playback, Query query)
      : OutputTable(std::move(playback), std::move(query), level_fields()), scopes_(query_.scopes), signals_(query_.signals) {}

 private:
  void on_levels(const client::LevelsEvent& event) override {
    if (query_.clock && event.clock != *query_.clock) return;
    if (!inside(query_.windows, event.ts_event_ns) || !scopes_(event.scope_index, event.scope)) return;
    for (const Level& level : event.levels) {
      if (signals_(level.signal, names().signal(level.signal))) push(event, level);
    }
  }
  void push(const client::LevelsEvent& event, const Level& level) {
    std::size_t at = 0;
    const auto column = [&]() -> Column& { return columns_[at++]; };
    column().push(static_cast<std::int64_t>(event.ts_event_ns));
    push_received(column(), event.cause_jseq);
    column().push(event.session);
    column().push(static_cast<std::int8_t>(event.clock));
    column().push(static_cast<std::int16_t>(event.scope_index));
    column().push(signal_word(level.signal));
    column().push_if(event.scope == "symbols", static_cast<std::int32_t>(level.subject));
    column().push_if(level.present != 0, level.value);
    column().push(static_cast<std::int8_t>(level.validity));
    column().push(level.flags);
    column().push(level.n_valid);
    column().push(level.n_members);
    column().push(event.level_seq);
    column().push(event.cause_jseq);
  }
  Wanted scopes_, signals_;
};

class OneBatch final : public Source {
 public:
  OneBatch(std::vector<Field> fields, std::vector<Column> columns) : columns_(std::move(columns)) { fields_ = std::move(fields); }
  std::optional<std::vector<Column>> next() override { return std::exchange(columns_, std::nullopt); }

 private:
  std::optional<std::vector<Column>> columns_;
};

}  // namespace

std::unique_ptr<Source> event_table(Playback playback, Query query) {
  return std::make_unique<EventTable>(std::move(playback), std::move(query));
}
std::unique_ptr<Source> level_table(Playback playback, Query query) {
  return std::make_unique<LevelTable>(std::move(playback), std::move(query));
}
std::unique_ptr<Source> one_batch(std::vector<Field> fields, std::vector<Column> columns) {
  return std::make_unique<OneBatch>(std::move(fields), std::move(columns));
}

}  // namespace groundswell::python
