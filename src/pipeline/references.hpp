// Reference data in time, as a recording tells it. A CONFIG block after the first holds texts; the ReferenceChange record that names it
// announces them; the first roll of its session, or of a later one, brings them into force. Whoever reads a recording asks this before it
// folds a record.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

class Shadow;

// What of `next` the fold of an engine that runs with `running` can take. Errors: 78 with every finding: other numbers would have other
// definitions (the benchmarks), or a trigger watches a scope that is gone.
Result<ReferenceData> reference_data(const config::Config& next, const config::Config& running);
// Which reference files differ: bits k…Changed; 0 = none.
std::uint8_t changed_references(const config::Config& before, const config::Config& now);
std::string changed_text(std::uint8_t what);                                  // "roster, shares"
std::uint64_t config_block_hash(const config::Config& config);                // of the payload of its CONFIG block
std::vector<journal::ConfigText> config_texts(const config::Config& config);  // of its CONFIG block

class References {
 public:
  // `first`: the recording's own configuration, of its first CONFIG block.
  explicit References(config::Config first);

  // Every block, in order. Errors: 65.
  Result<void> take(const journal::BlockView& block);
  // Every record, in order, before `fold` applies it, if it does. Errors: 65 a change that names a block that is not there or is another
  // one, 78 texts that this program does not take.
  Result<void> observe(const Record& record, Fold* fold, Shadow* shadow = nullptr);

  const config::Config& announced() const noexcept { return *announced_; }  // the newest
  const config::Config& in_force() const noexcept { return *in_force_; }
  std::uint32_t effective_session() const noexcept { return effective_session_; }  // of announced(), when it is not in force
  std::uint64_t config_blocks() const noexcept { return config_blocks_; }

 private:
  std::shared_ptr<const config::Config> announced_, in_force_;
  std::uint32_t effective_session_ = 0;
  std::uint64_t config_blocks_ = 0;
  std::vector<std::byte> last_block_;  // payload of the last CONFIG block
};

}  // namespace groundswell::pipeline
