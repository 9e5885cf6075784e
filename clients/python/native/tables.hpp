// The tables of a recording, batch by batch: ticks, events, levels. Each is a source of Arrow batches of at most some rows, so that what is
// held at a time is bounded; each reads with a reader of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "column.hpp"
#include "playback.hpp"

namespace groundswell::python {

class Source {
 public:
  virtual ~Source() = default;
  const std::vector<Field>& fields() const noexcept { return fields_; }
  // The next rows; nothing at the end. Throws Failure. No Python in it: any thread, one at a time.
  virtual std::optional<std::vector<Column>> next() = 0;

 protected:
  std::vector<Field> fields_;
};

struct Query {
  std::vector<std::string> columns;  // none = all
  Windows windows;
  std::size_t batch_rows = 1 << 16;
  std::vector<std::string> symbols;                 // of ticks; none = all
  std::vector<std::string> scopes, types, signals;  // of events and levels; none = all
  std::optional<Clock> clock;                       // of levels; nothing = both
  bool every_record = false;                        // of ticks: also what is none, whole in column `record`; columns exact for the way back
  bool integer_prices = false;                      // price_e9, int64 in 1e-9 dollar, in place of price, float64 in dollars
};

// Throw Failure (kOption: no such column, which names those there are).
std::unique_ptr<Source> tick_table(client::JournalReader reader, Query query);
std::unique_ptr<Source> event_table(Playback playback, Query query);
std::unique_ptr<Source> level_table(Playback playback, Query query);

// One batch that is there already.
std::unique_ptr<Source> one_batch(std::vector<Field> fields, std::vector<Column> columns);

// Through the C stream interface. Takes the source. Python's lock, when the calling thread has it, is let go while a batch is filled.
void export_stream(std::unique_ptr<Source> source, ArrowArrayStream* out);

}  // namespace groundswell::python
