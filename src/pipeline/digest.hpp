// The digest of a run: SHA-256 over every level and edge in publication order, in a canonical little-endian row. Equal recording and equal
// config give an equal digest, on any build; `run` and `replay` both print it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "base/state_stream.hpp"
#include "pipeline/scope_names.hpp"
#include "pipeline/sink.hpp"

namespace groundswell::pipeline {

class DigestSink final : public Sink {
 public:
  // Names by index: rows hold names, not indices, since names are the contract.
  DigestSink(ScopeNames scopes, std::vector<std::string> signals);
  void on_names(const Names& names) override { scopes_ = {names.scopes, names.symbols}; }
  void on_levels(const LevelBatchView& batch) noexcept override;
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override;
  std::string text() const;  // "sha256:<hex>" so far
  // For a snapshot: a restored digest goes on, and covers what came before it too.
  void save(StateWriter& archive) const { visit_state(*this, archive); }
  void restore(StateReader& archive) noexcept { visit_state(*this, archive); }

 private:
  std::uint8_t* room() noexcept;  // for the longest row
  void flush() noexcept;
  ScopeNames scopes_;
  std::vector<std::string> signals_;
  std::vector<std::uint8_t> buffer_;
  std::size_t used_ = 0;
  Sha256 sha_;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.buffer_, self.used_, self.sha_);
  }
};

}  // namespace groundswell::pipeline
