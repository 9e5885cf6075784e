// groundswell._native: recordings, their tables as Arrow streams, the fold, back-tests. What Python sees of it is in
// groundswell/recording.py and groundswell/backtest.py; nothing here is for users.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <functional>

#include "backtest.hpp"
#include "failure.hpp"
#include "groundswell/client/journal_writer.hpp"

namespace groundswell::python {

namespace nb = nanobind;
using namespace nb::literals;
using client::ErrorCode;
using client::JournalReader;

namespace {

constexpr std::array<std::pair<ErrorCode, const char*>, 6> kExceptions{{{ErrorCode::kOption, "OptionError"},
                                                                        {ErrorCode::kOtherVersion, "OtherVersionError"},
                                                                        {ErrorCode::kNotFound, "NotFoundError"},
                                                                        {ErrorCode::kDamaged, "DamagedError"},
                                                                        {ErrorCode::kConfiguration, "ConfigurationError"},
                                                                        {ErrorCode::kIo, "FileError"}}};

void raise(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    const char* name = "GroundswellError";
    for (const auto& [code, exception] : kExceptions) {
      if (code == failure.code) name = exception;
    }
    const nb::object type = nb::module_::import_("groundswell.errors").attr(name);
    PyErr_SetString(type.ptr(), failure.what());
  }
}

// A table that can be read any number of times; each reading begins anew. The first source is made at once, so that what is wrong with the
// query is said where it is written.
class Table {
 public:
  using Make = std::function<std::unique_ptr<Source>()>;
  explicit Table(Make make) : make_(std::move(make)), first_(make_()) {}
  explicit Table(std::unique_ptr<Source> only) : first_(std::move(only)) {}

  nb::object stream() {
    std::unique_ptr<Source> source = first_ ? std::move(first_) : (make_ ? make_() : nullptr);
    if (!source) throw Failure({ErrorCode::kOption, "this table can be read once, and was"});
    auto* const out = new ArrowArrayStream{};
    export_stream(std::move(source), out);
    return nb::steal(PyCapsule_New(out, "arrow_array_stream", [](PyObject* capsule) {
      auto* const held = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
      if (held->release != nullptr) held->release(held);
      delete held;
    }));
  }

 private:
  Make make_;
  std::unique_ptr<Source> first_;
};

std::optional<client::FoldOptions> fold_options(bool fold, const std::string& config, const std::string& universe) {
  if (!fold) return std::nullopt;
  return client::FoldOptions{.config = config, .universe = universe};
}

class Replay {
 public:
  Replay(const JournalReader& reader, const std::optional<client::FoldOptions>& fold, EventFilter filter)
      : playback_(reader.duplicate(), fold), keeper_(playback_, std::move(filter)), maker_(reader.info().recording_id) {}
  // The events of the next block that has some; empty at the end.
  nb::list next() {
    {
      const nb::gil_scoped_release unlocked;
      while (keeper_.kept.empty() && playback_.advance(keeper_) != JournalReader::Kind::kEnd) {
      }
    }
    nb::list events;
    for (const KeptEvent& event : keeper_.kept) events.append(maker_.make(event, playback_.names()));
    keeper_.kept.clear();
    return events;
  }

 private:
  Playback playback_;
  Keeper keeper_;
  EventMaker maker_;
};

class PythonBacktest {
 public:
  PythonBacktest(const JournalReader& reader, const client::FoldOptions& fold, EventFilter filter, const BacktestOptions& options)
      : backtest_(Playback(reader.duplicate(), fold), std::move(filter), options), maker_(reader.info().recording_id) {}
  nb::object next() {
    const KeptEvent* event = nullptr;
    {
      const nb::gil_scoped_release unlocked;
      event = backtest_.next();
    }
    return event == nullptr ? nb::none() : maker_.make(*event, backtest_.names());
  }
  Backtest& operator*() noexcept { return backtest_; }

 private:
  Backtest backtest_;
  EventMaker maker_;
};

struct NoOutput final : client::Handler {};

std::string digest(const JournalReader& recording, const std::string& config, const std::string& universe) {
  constexpr int kBlocksPerLook = 256;
  JournalReader reader = recording.duplicate();
  auto fold = must(client::Fold::open(reader, {.config = config, .universe = universe, .digest = true}));
  NoOutput nothing;
  for (bool ended = false; !ended;) {
    {
      const nb::gil_scoped_release unlocked;
      for (int i = 0; i < kBlocksPerLook && !ended; ++i) ended = must(fold.advance(reader, nothing)) == JournalReader::Kind::kEnd;
    }
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
  return fold.digest();
}

nb::dict info_of(const JournalReader& reader) {
  const client::RecordingInfo& info = reader.info();
  nb::dict of;
  of["recording_id"] = info.recording_id;
  of["config_hash"] = info.config_hash;
  of["created"] = info.created_ns;
  of["segments"] = info.segments;
  of["records"] = info.records;
  of["edges"] = info.edges;
  of["bytes"] = info.bytes;
  of["first_event"] = info.first_event_ns;
  of["last_event"] = info.last_event_ns;
  of["closed"] = info.closed;
  of["torn_tail"] = info.torn_tail;
  std::vector<std::tuple<std::string, std::string, std::string>> condition_sets;
  for (const ConditionSet& set : reader.names().catalog().condition_sets)
    condition_sets.emplace_back(set.tape == 0 ? std::string() : std::string(1, set.tape), set.codes, set.scheme);
  of["condition_sets"] = nb::cast(condition_sets);
  of["symbols"] = nb::cast(reader.names().catalog().symbols);
  of["scopes"] = nb::cast(reader.names().catalog().scopes);
  std::vector<std::string> signals;
  for (const SignalEntry& signal : reader.names().catalog().signals) signals.push_back(signal.id);
  of["signals"] = nb::cast(signals);
  return of;
}

std::optional<Clock> clock_of(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  if (*name == "live") return Clock::kLive;
  if (*name == "close") return Clock::kClose;
  throw Failure({ErrorCode::kOption, "clock: '" + *name + "' is neither live nor close"});
}

void bind_recording(nb::module_& module) {
  nb::class_<Table>(module, "Table")
      .def(
          "__arrow_c_stream__", [](Table& table, const nb::object&) { return table.stream(); }, "requested_schema"_a = nb::none());
  nb::class_<Replay>(module, "Replay").def("next", &Replay::next);
  using Names = std::vector<std::string>;
  nb::class_<JournalReader>(module, "Recording")
      .def_static("open",
                  [](const std::string& path) {
                    const nb::gil_scoped_release unlocked;
                    return must(JournalReader::open(path));
                  })
      .def("info", info_of)
      .def("digest", digest, "config"_a, "universe"_a)
      .def(
          "ticks",
          [](const JournalReader& reader, Names columns, Names symbols, Windows windows, std::size_t batch_rows, bool integer_prices,
             bool every_record) {
            Query query{
                .columns = std::move(columns), .windows = std::move(windows), .batch_rows = batch_rows, .symbols = std::move(symbols)};
            query.integer_prices = integer_prices;
            query.every_record = every_record;
            return Table(
                [shared = std::make_shared<JournalReader>(reader.duplicate()), query] { return tick_table(shared->duplicate(), query); });
          },
          nb::kw_only(), "columns"_a, "symbols"_a, "windows"_a, "batch_rows"_a, "integer_prices"_a, "every_record"_a = false)
      .def(
          "events",
          [](const JournalReader& reader, bool fold, const std::string& config, const std::string& universe, Names columns, Names scopes,
             Names types, Names signals, Windows windows, std::size_t batch_rows) {
            Query query{.columns = std::move(columns), .windows = std::move(windows), .batch_rows = batch_rows};
            query.scopes = std::move(scopes), query.types = std::move(types), query.signals = std::move(signals);
            return Table([shared = std::make_shared<JournalReader>(reader.duplicate()), options = fold_options(fold, config, universe),
                          query] { return event_table(Playback(shared->duplicate(), options), query); });
          },
          nb::kw_only(), "fold"_a, "config"_a, "universe"_a, "columns"_a, "scopes"_a, "types"_a, "signals"_a, "windows"_a, "batch_rows"_a)
      .def(
          "levels",
          [](const JournalReader& reader, const std::string& config, const std::string& universe, Names columns, Names scopes,
             Names signals, const std::optional<std::string>& clock, Windows windows, std::size_t batch_rows) {
            Query query{.columns = std::move(columns), .windows = std::move(windows), .batch_rows = batch_rows};
            query.scopes = std::move(scopes), query.signals = std::move(signals), query.clock = clock_of(clock);
            return Table([shared = std::make_shared<JournalReader>(reader.duplicate()), options = fold_options(true, config, universe),
                          query] { return level_table(Playback(shared->duplicate(), options), query); });
          },
          nb::kw_only(), "config"_a, "universe"_a, "columns"_a, "scopes"_a, "signals"_a, "clock"_a.none(), "windows"_a, "batch_rows"_a)
      .def(
          "replay",
          [](const JournalReader& reader, bool fold, const std::string& config, const std::string& universe, bool edges, bool levels,
             Names scopes, Names types, Names signals, const std::optional<std::string>& clock, Windows windows) {
            EventFilter filter{edges, levels, std::move(windows), std::move(scopes), std::move(types), std::move(signals), clock_of(clock)};
            return std::make_unique<Replay>(reader, fold_options(fold, config, universe), std::move(filter));
          },
          nb::kw_only(), "fold"_a, "config"_a, "universe"_a, "edges"_a, "levels"_a, "scopes"_a, "types"_a, "signals"_a, "clock"_a.none(),
          "windows"_a);
}

class PythonWriter {
 public:
  using ConditionSets = std::vector<std::tuple<std::string, std::string, std::string>>;  // tape, codes, scheme
  PythonWriter(const std::string& path, std::vector<std::string> symbols, const ConditionSets& condition_sets, std::uint64_t recording_id,
               std::int64_t created_ns)
      : writer_(must(client::JournalWriter::create(path, catalog_of(std::move(symbols), condition_sets), {recording_id, created_ns}))) {}
  void append(nb::handle records) {
    Py_buffer view{};
    if (PyObject_GetBuffer(records.ptr(), &view, PyBUF_SIMPLE) != 0) throw nb::python_error();
    const std::unique_ptr<Py_buffer, void (*)(Py_buffer*)> held(&view, PyBuffer_Release);
    if (view.len % static_cast<Py_ssize_t>(kRecordBytes) != 0)
      throw Failure({ErrorCode::kOption, "records have 64 bytes each; there are " + std::to_string(view.len) + " bytes"});
    const std::span of(static_cast<const Record*>(view.buf), static_cast<std::size_t>(view.len) / kRecordBytes);
    const nb::gil_scoped_release unlocked;
    must(writer_.append(of));
  }
  void close() { must(writer_.close()); }

 private:
  static Catalog catalog_of(std::vector<std::string> symbols, const ConditionSets& condition_sets) {
    Catalog catalog;
    catalog.symbols = std::move(symbols);
    for (const auto& [tape, codes, scheme] : condition_sets)
      catalog.condition_sets.push_back({tape.empty() ? '\0' : tape.front(), codes, scheme});
    return catalog;
  }
  client::JournalWriter writer_;
};

void bind_writer(nb::module_& module) {
  nb::class_<PythonWriter>(module, "Writer")
      .def(nb::init<const std::string&, std::vector<std::string>, const PythonWriter::ConditionSets&, std::uint64_t, std::int64_t>(),
           "path"_a, nb::kw_only(), "symbols"_a, "condition_sets"_a, "recording_id"_a, "created"_a)
      .def("append", &PythonWriter::append)
      .def("close", &PythonWriter::close);
}

void bind_backtest(nb::module_& module) {
  using Names = std::vector<std::string>;
  using Range = std::pair<std::int64_t, std::int64_t>;
  nb::class_<PythonBacktest>(module, "Backtest")
      .def(
          "__init__",
          [](PythonBacktest* self, const JournalReader& reader, const std::string& config, const std::string& universe, bool edges,
             bool levels, Names scopes, Names types, Names signals, const std::optional<std::string>& clock, Windows windows, Range latency,
             Range order_latency, std::uint64_t seed, std::int64_t spread_e9, std::int64_t fee_a_share_e9, std::int64_t cash_e9,
             std::uint64_t mark_ns, bool event_clock) {
            EventFilter filter{edges, levels, std::move(windows), std::move(scopes), std::move(types), std::move(signals), clock_of(clock)};
            new (self) PythonBacktest(reader, {.config = config, .universe = universe}, std::move(filter),
                                      {.events = {latency.first, latency.second},
                                       .orders = {order_latency.first, order_latency.second},
                                       .seed = seed,
                                       .spread_e9 = spread_e9,
                                       .fee_a_share_e9 = fee_a_share_e9,
                                       .cash_e9 = cash_e9,
                                       .mark_ns = mark_ns,
                                       .event_clock = event_clock});
          },
          "recording"_a, nb::kw_only(), "config"_a, "universe"_a, "edges"_a, "levels"_a, "scopes"_a, "types"_a, "signals"_a,
          "clock"_a.none(), "windows"_a, "latency"_a, "order_latency"_a, "seed"_a, "spread_e9"_a, "fee_a_share_e9"_a, "cash_e9"_a,
          "mark_ns"_a, "event_clock"_a)
      .def("next", &PythonBacktest::next)
      .def_prop_ro("now", [](PythonBacktest& self) { return (*self).now_ns(); })
      .def_prop_ro("records", [](PythonBacktest& self) { return (*self).records(); })
      .def("order", [](PythonBacktest& self, std::uint32_t symbol, std::int64_t quantity) { (*self).order(symbol, quantity); })
      .def("position", [](PythonBacktest& self, std::uint32_t symbol) { return (*self).position(symbol); })
      .def("outstanding", [](PythonBacktest& self, std::uint32_t symbol) { return (*self).outstanding(symbol); })
      .def("fills", [](PythonBacktest& self) { return Table((*self).fills()); })
      .def("equity", [](PythonBacktest& self) { return Table((*self).equity()); });
}

}  // namespace
}  // namespace groundswell::python

NB_MODULE(_native, module) {
  nanobind::register_exception_translator(groundswell::python::raise, nullptr);
  groundswell::python::bind_recording(module);
  groundswell::python::bind_writer(module);
  groundswell::python::bind_backtest(module);
}
