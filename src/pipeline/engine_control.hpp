// What an engine answers on its control service: snapshots and members from the core's views, fills from its own recording, counters. On
// the publisher's thread; of the core it asks one view of each kind at a time, which costs that a copy between two batches of records.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "journal/edge_index.hpp"
#include "pipeline/links.hpp"
#include "publish/control_server.hpp"
#include "publish/publisher.hpp"

namespace groundswell::pipeline {

class EngineControl final : public publish::ControlSource {
 public:
  // Binds. Everything outlives it. `stats`: the counters as JSON. Errors: 64, 69, 77.
  static Result<std::unique_ptr<EngineControl>> open(net::Context& context, const std::string& endpoint, const std::string& name,
                                                     const publish::Publisher& publisher, ViewLink<SignalView>& views,
                                                     ViewLink<MembersView>& members, std::function<std::string()> stats);
  void set_recording(std::filesystem::path path) { recording_ = std::move(path); }  // before the first step()

  std::size_t step(std::int64_t now_ns, std::uint64_t safe_jseq);
  net::Socket& socket() noexcept { return server_->socket(); }
  const publish::ControlCounters& counters() const noexcept { return server_->counters(); }

  const Catalog& catalog() const override { return publisher_.current_catalog(); }
  wire::Header header(std::uint16_t scope) const override { return publisher_.header(scope, 0, 0); }
  std::string stats() override { return stats_(); }
  Edges edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) override;

 private:
  EngineControl(const publish::Publisher& publisher, ViewLink<SignalView>& views, ViewLink<MembersView>& members,
                std::function<std::string()> stats)
      : publisher_(publisher), views_(views), members_(members), stats_(std::move(stats)) {}
  Result<bool> catch_up(std::size_t most_blocks);  // true: the index knows all that is written
  wire::WholeSnapshot snapshot_of(const SignalView& view) const;
  std::size_t serve_members(std::uint64_t safe_jseq);

  const publish::Publisher& publisher_;
  ViewLink<SignalView>& views_;
  ViewLink<MembersView>& members_;
  std::function<std::string()> stats_;
  std::optional<publish::ControlServer> server_;
  std::filesystem::path recording_;
  std::optional<journal::EdgeIndex> index_;
  bool behind_ = false;
};

}  // namespace groundswell::pipeline
