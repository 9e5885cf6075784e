// The engine's own arithmetic, for back-tests: records in, levels and edges out, byte for byte what an engine publishes for them.
//
//   auto recording = JournalReader::open("recordings/today");
//   auto fold = Fold::open(*recording);
//   fold->run(*recording, handler);      // or apply() record by record
//
// No clock, no network, no thread. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "groundswell/client/error.hpp"
#include "groundswell/client/events.hpp"
#include "groundswell/client/journal_reader.hpp"
#include "groundswell/record.hpp"

namespace groundswell::client {

class Fold {
 public:
  // For the records of `recording`. `universe`: a baskets.toml; "" = the configuration in the recording, which an import does not have.
  // Errors: kConfiguration, kNotFound, kDamaged.
  static Result<Fold> open(JournalReader& recording, const std::string& universe = "");
  Fold(Fold&&) noexcept;
  Fold& operator=(Fold&&) noexcept;
  ~Fold();

  // Calls on_levels and on_edge of the handler, in the order of publication. `jseq`: the record's number in its recording.
  void apply(const Record& record, std::uint64_t jseq, Handler& handler);
  // All records of the recording, from its beginning. Reference data that changed while it was made is followed here, and by apply() not.
  // Errors: kDamaged, kConfiguration.
  Result<std::uint64_t> run(JournalReader& recording, Handler& handler);  // how many

  const Names& names() const noexcept;
  std::uint64_t event_time_ns() const noexcept;  // UTC; 0 = none yet
  std::uint32_t session() const noexcept;        // yyyymmdd; 0 before the first
  std::uint64_t next_eseq() const noexcept;

 private:
  struct Impl;
  explicit Fold(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
