// Output files of a replay: --signals as CSV, --events as JSON Lines. Formats: docs/outputs.md.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/scope_names.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

// session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags; and `universe` where there is a shadow
class SignalsFile final : public Sink {
 public:
  // `only`: ids to write, empty = all. `clock`: nothing = both. `shadow`: nullptr = there is none. "-" = standard output. Errors: 73.
  static Result<std::unique_ptr<SignalsFile>> create(const std::string& path, const Fold& fold, const std::set<std::string>& only,
                                                     std::optional<Clock> clock, const Fold* shadow = nullptr);
  Sink& of_shadow() noexcept { return of_shadow_; }  // takes what the shadow publishes, into the same file
  void on_names(const Names& names) override { scopes_ = {names.scopes, names.symbols}; }
  void on_levels(const LevelBatchView& batch) noexcept override { write(batch, scopes_, "main"); }
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  Result<void> close();  // 74 when anything did not reach the file
  std::uint64_t rows() const noexcept { return rows_; }

 private:
  struct OfShadow final : Sink {
    explicit OfShadow(SignalsFile& to) : file(to) {}
    void on_levels(const LevelBatchView& batch) noexcept override { file.write(batch, names, "shadow"); }
    void on_edge(const Edge&, std::span<const Why>) noexcept override {}
    SignalsFile& file;
    ScopeNames names;
  };
  SignalsFile() = default;
  void write(const LevelBatchView& batch, const ScopeNames& scopes, std::string_view universe) noexcept;
  void flush() noexcept;
  OfShadow of_shadow_{*this};
  bool names_universe_ = false;
  std::unique_ptr<std::FILE, FileCloser> owned_;
  std::FILE* file_ = nullptr;
  std::string path_;
  ScopeNames scopes_;
  std::vector<std::string> signals_;
  std::vector<bool> wanted_;
  std::optional<Clock> clock_;
  std::string buffer_;
  std::uint64_t rows_ = 0;
  bool failed_ = false;
};

// What names an edge's indices: the engine's or the recording's catalog.
struct EdgeNames {
  std::vector<std::string> symbols, scopes, signals, triggers;
  std::uint64_t recording_id = 0;
  std::uint64_t config_hash = 0;
  std::string universe = "main";
  std::vector<RosterVersion> rosters;  // whose version strings are written beside their hashes

  void take(const Names& added) {  // new reference data has added to them
    scopes = added.scopes;
    symbols = added.symbols;
    rosters = added.rosters;
  }
};
EdgeNames edge_names(const Catalog& catalog, std::uint64_t recording_id, std::uint64_t config_hash);
std::string why_json(std::span<const Why> why, const EdgeNames& names);                     // [{"symbol":"NVDA","delta":1}]
std::string_view roster_version(std::uint64_t hash, const EdgeNames& names) noexcept;       // of its universe file; "" = not known
std::string edge_json(const Edge& edge, std::span<const Why> why, const EdgeNames& names);  // one line, no newline

class EventsFile final : public Sink {
 public:
  // `shadow`: names of what of_shadow() takes.
  static Result<std::unique_ptr<EventsFile>> create(const std::string& path, EdgeNames names, EdgeNames shadow = {});
  Sink& of_shadow() noexcept { return of_shadow_; }
  void on_names(const Names& names) override { names_.take(names); }
  void on_levels(const LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { write(edge, why, names_); }
  Result<void> close();

 private:
  struct OfShadow final : Sink {
    explicit OfShadow(EventsFile& to) : file(to) {}
    void on_levels(const LevelBatchView&) noexcept override {}
    void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { file.write(edge, why, names); }
    EventsFile& file;
    EdgeNames names;
  };
  EventsFile() = default;
  void write(const Edge& edge, std::span<const Why> why, const EdgeNames& names) noexcept;
  OfShadow of_shadow_{*this};
  std::unique_ptr<std::FILE, FileCloser> owned_;
  std::FILE* file_ = nullptr;
  std::string path_;
  EdgeNames names_;
  bool failed_ = false;
};

std::string flags_text(std::uint32_t flags);  // "GAP|FEED_GAP", in bit order
std::string number_text(double value);        // the shortest text that reads back to the same double

}  // namespace groundswell::pipeline
