// Ticks, column by column: of each run of records those that are wanted are chosen once, and then every column is filled in a loop of its
// own.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "failure.hpp"
#include "pick.hpp"

namespace groundswell::python {
namespace {

constexpr std::size_t kRunRecords = 1024;  // stay in the cache from column to column
constexpr std::array<std::pair<char, std::string_view>, 9> kActions{{{'T', "trade"},
                                                                     {'X', "cancel"},
                                                                     {'R', "correct"},
                                                                     {'Q', "quote"},
                                                                     {'o', "bar_open"},
                                                                     {'h', "bar_high"},
                                                                     {'l', "bar_low"},
                                                                     {'c', "bar_close"},
                                                                     {'S', "status"}}};
constexpr std::array<std::string_view, 2> kSides{"B", "A"};

struct Chosen {
  const Record* record;
  std::uint64_t jseq;
  std::uint32_t session;
};
using Run = std::vector<Chosen>;

struct Vocabulary {  // of the recording
  Dictionary symbols, conditions, actions, sides;
  std::vector<std::int16_t> condition_words;  // by condition set; -1 = none
  std::array<std::int8_t, 256> action_words{};
};

template <class T, class Of>
void fill(Column& column, const Run& run, Of of) {
  T* out = column.extend<T>(run.size());
  for (const Chosen& each : run) *out++ = of(each);
}
// `is_there` says which are; of the others `of` must give something all the same.
template <class T, class Of, class IsThere>
void fill_nullable(Column& column, const Run& run, Of of, IsThere is_there) {
  const std::size_t first = column.rows();
  fill<T>(column, run, of);
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (!is_there(run[i])) column.set_null(first + i);
  }
}

bool has_price(const Chosen& each) { return each.record->tick.price_e9 != kNoPrice; }
bool is_tick(const Chosen& each) { return each.record->kind == RecordKind::kTick; }
// tick_no(), of which the compiler makes five loads: feed, kind and number are the record's last eight bytes.
std::uint64_t number_of(const Chosen& each) {
  std::uint64_t last = 0;
  std::memcpy(&last, reinterpret_cast<const std::byte*>(each.record) + offsetof(Record, feed), sizeof last);
  return last >> 24;
}
std::int64_t event_ns(const Chosen& each) { return static_cast<std::int64_t>(each.record->tick.ts_event_ns); }

struct TickColumn {
  Field field;
  std::size_t bytes;
  Dictionary Vocabulary::*words;
  void (*fill)(Column&, const Run&, const Vocabulary&);
};

const std::vector<TickColumn>& tick_columns() {
  using V = const Vocabulary&;
  static const std::vector<TickColumn> columns{
      {{"jseq", "L"}, 8, nullptr, [](Column& c, const Run& run, V) { fill<std::uint64_t>(c, run, [](auto& e) { return e.jseq; }); }},
      {{"ts_event", "tsn:UTC"}, 8, nullptr, [](Column& c, const Run& run, V) { fill<std::int64_t>(c, run, event_ns); }},
      {{"ts_recv", "tsn:UTC", true},
       8,
       nullptr,
       [](Column& c, const Run& run, V) {
         fill_nullable<std::int64_t>(
             c, run, [](auto& e) { return e.record->recv_ns; }, [](auto& e) { return e.record->recv_ns != 0; });
       }},
      {{"recv_delta_ns", "i"},
       4,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::int32_t>(c, run, [](auto& e) { return e.record->tick.ts_recv_delta_ns; }); }},
      {{"session", "I"}, 4, nullptr, [](Column& c, const Run& run, V) { fill<std::uint32_t>(c, run, [](auto& e) { return e.session; }); }},
      {{"symbol", "i", false, true},
       4,
       &Vocabulary::symbols,
       [](Column& c, const Run& run, V) { fill<std::uint32_t>(c, run, [](auto& e) { return e.record->tick.symbol; }); }},
      {{"action", "c", true, true},
       1,
       &Vocabulary::actions,
       [](Column& c, const Run& run, V of) {
         const auto word = [&](auto& e) { return of.action_words[static_cast<std::uint8_t>(e.record->tick.action)]; };
         fill_nullable<std::int8_t>(
             c, run, [&](auto& e) { return std::max(word(e), std::int8_t{0}); }, [&](auto& e) { return word(e) >= 0; });
       }},
      {{"side", "c", true, true},
       1,
       &Vocabulary::sides,
       [](Column& c, const Run& run, V) {
         fill_nullable<std::int8_t>(
             c, run, [](auto& e) { return std::int8_t{e.record->tick.side == 'A'}; }, [](auto& e) { return e.record->tick.side != 0; });
       }},
      {{"price", "g", true},
       8,
       nullptr,
       [](Column& c, const Run& run, V) {
         fill_nullable<double>(
             c, run, [](auto& e) { return static_cast<double>(e.record->tick.price_e9) / 1e9; }, has_price);
       }},
      {{"price_e9", "l", true},
       8,
       nullptr,
       [](Column& c, const Run& run, V) {
         fill_nullable<std::int64_t>(
             c, run, [](auto& e) { return e.record->tick.price_e9; }, has_price);
       }},
      {{"size", "L"},
       8,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint64_t>(c, run, [](auto& e) { return e.record->tick.size; }); }},
      {{"conditions", "s", true, true},
       2,
       &Vocabulary::conditions,
       [](Column& c, const Run& run, V of) {
         const auto word = [&](auto& e) {
           return e.record->tick.cond_set < of.condition_words.size() ? of.condition_words[e.record->tick.cond_set] : std::int16_t{-1};
         };
         fill_nullable<std::int16_t>(
             c, run, [&](auto& e) { return std::max(word(e), std::int16_t{0}); }, [&](auto& e) { return word(e) >= 0; });
       }},
      {{"venue", "C"},
       1,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint8_t>(c, run, [](auto& e) { return e.record->tick.venue; }); }},
      {{"flags", "C"},
       1,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint8_t>(c, run, [](auto& e) { return e.record->tick.flags; }); }},
      {{"trade_id", "L"},
       8,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint64_t>(c, run, [](auto& e) { return e.record->tick.trade_id; }); }},
      {{"feed", "S"},
       2,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint16_t>(c, run, [](auto& e) { return e.record->feed; }); }},
      {{"tick_no", "L", true},
       8,
       nullptr,
       [](Column& c, const Run& run, V) { fill_nullable<std::uint64_t>(c, run, number_of, [](auto& e) { return number_of(e) != 0; }); }},
      {{"condition_set", "S"},
       2,
       nullptr,
       [](Column& c, const Run& run, V) { fill<std::uint16_t>(c, run, [](auto& e) { return e.record->tick.cond_set; }); }},
      {{"record", "w:64", true},
       sizeof(Record),
       nullptr,
       [](Column& c, const Run& run, V) {
         fill_nullable<Record>(
             c, run, [](auto& e) { return is_tick(e) ? Record{} : *e.record; }, [](auto& e) { return !is_tick(e); });
       }},
  };
  return columns;
}

class TickTable final : public Source {
 public:
  TickTable(client::JournalReader reader, Query query) : reader_(std::move(reader)), query_(std::move(query)), symbols_(query_.symbols) {
    reader_.rewind();
    std::vector<Field> all;
    for (const TickColumn& each : tick_columns()) all.push_back(each.field);
    std::vector<std::string_view> left_out{query_.integer_prices ? "price" : "price_e9"};
    if (!query_.every_record) left_out.insert(left_out.end(), {"condition_set", "record"});
    for (const std::size_t at : pick(all, query_.columns, left_out)) {
      fields_.push_back(all[at]);
      columns_.push_back(&tick_columns()[at]);
      fields_.back().nullable |= query_.every_record;
    }
    const Catalog& catalog = reader_.names().catalog();
    check_names("symbol", query_.symbols, catalog.symbols);
    words_.symbols = dictionary_of(catalog.symbols);
    words_.sides = dictionary_of(kSides);
    Words actions, conditions;
    words_.action_words.fill(-1);
    for (std::size_t i = 0; i < kActions.size(); ++i) {
      actions.add(kActions[i].second);
      words_.action_words[static_cast<std::uint8_t>(kActions[i].first)] = static_cast<std::int8_t>(i);
    }
    std::map<std::string, std::int16_t> seen;  // sets of two tapes may have the same codes; words are distinct
    for (const ConditionSet& set : catalog.condition_sets) {
      if (set.codes.empty()) {
        words_.condition_words.push_back(-1);
        continue;
      }
      const auto [word, is_new] = seen.emplace(set.codes, static_cast<std::int16_t>(seen.size()));
      if (is_new) conditions.add(set.codes);
      words_.condition_words.push_back(word->second);
    }
    words_.actions = std::make_shared<const Words>(std::move(actions));
    words_.conditions = std::make_shared<const Words>(std::move(conditions));
  }

  std::optional<std::vector<Column>> next() override {
    std::vector<Column> batch;
    for (const TickColumn* column : columns_) {
      batch.emplace_back(column->field).reserve(query_.batch_rows, column->bytes);
      if (column->words != nullptr) batch.back().set_words(words_.*column->words);
    }
    std::size_t rows = 0;
    while (rows < query_.batch_rows && choose(query_.batch_rows - rows)) {
      for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i]->fill(batch[i], run_, words_);
      if (query_.every_record) leave_empty(batch, rows);
      rows += run_.size();
    }
    if (rows == 0) return std::nullopt;
    return batch;
  }

 private:
  // The next wanted ticks of the block, up to `most`, into run_. False at the end of the recording.
  bool choose(std::size_t most) {
    run_.clear();
    if (records_.empty()) {
      for (;;) {
        const auto kind = must(reader_.next());
        if (kind == client::JournalReader::Kind::kEnd) return false;
        if (kind == client::JournalReader::Kind::kRecords) break;
      }
      records_ = reader_.records();
      jseq_ = reader_.first_jseq();
    }
    std::size_t done = 0;
    for (; done < std::min(records_.size(), kRunRecords) && run_.size() < most; ++done) {
      const Record& record = records_[done];
      if (record.kind == RecordKind::kSessionRoll) session_ = record.roll.session;
      if (record.kind != RecordKind::kTick) {
        if (query_.every_record) run_.push_back({&record, jseq_ + done, session_});
        continue;
      }
      if (!inside(query_.windows, record.tick.ts_event_ns)) continue;
      const std::uint32_t symbol = record.tick.symbol;
      if (symbol >= words_.symbols->size())
        throw Failure({client::ErrorCode::kDamaged, "a tick of a symbol that the recording does not name; run groundswell verify on it"});
      if (symbols_(symbol, reader_.names().symbol(symbol))) run_.push_back({&record, jseq_ + done, session_});
    }
    records_ = records_.subspan(done);
    jseq_ += done;
    return true;
  }

  // Of what is no tick only its number, its receipt and itself are said.
  void leave_empty(std::vector<Column>& batch, std::size_t first) const {
    for (std::size_t row = 0; row < run_.size(); ++row) {
      if (is_tick(run_[row])) continue;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::string& name = columns_[i]->field.name;
        if (name != "jseq" && name != "record") batch[i].set_null(first + row);
      }
    }
  }

  client::JournalReader reader_;
  Query query_;
  Wanted symbols_;
  std::vector<const TickColumn*> columns_;
  Vocabulary words_;
  std::span<const Record> records_;  // of the block, those not yet looked at
  std::uint64_t jseq_ = 0;           // of the first of them
  std::uint32_t session_ = 0;
  Run run_;
};

}  // namespace

std::unique_ptr<Source> tick_table(client::JournalReader reader, Query query) {
  return std::make_unique<TickTable>(std::move(reader), std::move(query));
}

}  // namespace groundswell::python
