// What Fold is around: the engine's fold for the records of one recording, record by record, with the names of its numbers, following the
// reference data that changed while it was recorded. For consoles of ours that need more of it than a back-test does. Thread: one.
#pragma once

#include <memory>
#include <optional>

#include "config/config.hpp"
#include "groundswell/client/fold.hpp"
#include "journal/reader.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/references.hpp"

namespace groundswell::client {

class FoldEngine final : private pipeline::Sink {
 public:
  // As Fold::open(). Rewinds the reader.
  static Result<std::unique_ptr<FoldEngine>> open(journal::Reader& reader, const FoldOptions& options);

  void apply(const Record& record, std::uint64_t jseq, Handler& handler);
  // Every block of the recording, in order, before its records; then every record. Errors: kDamaged, kConfiguration.
  std::optional<Error> take(const journal::BlockView& block);
  std::optional<Error> follow(const Record& record, std::uint64_t jseq, Handler& handler);

  const config::Config& config() const noexcept { return config_; }
  const Names& names() const noexcept { return names_; }
  pipeline::Fold& fold() noexcept { return fold_; }
  const pipeline::Fold& fold() const noexcept { return fold_; }
  std::string digest() const { return digest_ ? digest_->text() : std::string(); }

 private:
  FoldEngine(config::Config config, const pipeline::FoldSetup& setup, std::vector<ConditionSet> condition_sets, std::uint64_t recording_id);
  void on_names(const pipeline::Names& of) override;
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override;
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override;

  config::Config config_;
  std::vector<ConditionSet> condition_sets_;
  pipeline::Fold fold_;
  Names names_;
  std::optional<pipeline::References> references_;  // of the recording, when its own configuration is used
  std::optional<pipeline::DigestSink> digest_;
  std::uint64_t recording_id_, config_hash_;
  Handler* handler_ = nullptr;
};

}  // namespace groundswell::client
