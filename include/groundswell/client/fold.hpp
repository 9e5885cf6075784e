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

struct FoldOptions {
  std::string config;    // a groundswell.toml; "" = the configuration in the recording, which an import does not have
  std::string universe;  // a baskets.toml, whose rosters take the place of the configuration's; "" = those
  bool digest = false;   // keep one: a SHA-256 over everything that comes out
};

class Fold {
 public:
  // For the records of `recording`; rewinds it. The same options give what `groundswell replay -c CONFIG --universe UNIVERSE` gives.
  // Errors: kConfiguration, kNotFound, kDamaged.
  static Result<Fold> open(JournalReader& recording, const FoldOptions& options = {});
  Fold(Fold&&) noexcept;
  Fold& operator=(Fold&&) noexcept;
  ~Fold();

  // Calls on_levels and on_edge of the handler, in the order of publication. `jseq`: the record's number in its recording.
  void apply(const Record& record, std::uint64_t jseq, Handler& handler);
  // The next block of the recording that it was opened for, from its beginning on. After kRecords, records() of `recording` are those just
  // applied; of kEdges, which are passed over, nothing is to be had. Reference data that changed while the recording was made is followed
  // here, unless the options named others, and by apply() not. Errors: kDamaged, kConfiguration.
  Result<JournalReader::Kind> advance(JournalReader& recording, Handler& handler);
  // All records of the recording, from its beginning. Errors: as advance().
  Result<std::uint64_t> run(JournalReader& recording, Handler& handler);  // how many

  const Names& names() const noexcept;
  std::uint64_t event_time_ns() const noexcept;  // UTC; 0 = none yet
  std::uint32_t session() const noexcept;        // yyyymmdd; 0 before the first
  std::uint64_t next_eseq() const noexcept;
  std::string digest() const;  // of what came out so far, as `run` and `replay` print it; "" without FoldOptions::digest

 private:
  struct Impl;
  explicit Fold(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
