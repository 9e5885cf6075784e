#include "pipeline/shadow.hpp"

#include <algorithm>
#include <cstring>

#include "pipeline/setup.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

bool same(const Level& a, const Level& b) noexcept { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

FoldSetup shadow_setup(FoldSetup main, const Universe& universe) {
  main.universe_name = "shadow";
  main.universe = universe;
  return main;
}

void Shadow::Output::on_levels(const LevelBatchView& view) noexcept {
  batches.push_back(view);
  batches.back().levels = {};
  first_level.push_back(levels.size());
  levels.insert(levels.end(), view.levels.begin(), view.levels.end());
}

void Shadow::Output::on_edge(const Edge& made, std::span<const Why> why) noexcept {
  edges.push_back(made);
  if (whys.size() < edges.size()) whys.emplace_back();
  whys[edges.size() - 1].assign(why.begin(), why.end());
}

void Shadow::Output::clear() noexcept {
  batches.clear();
  first_level.clear();
  levels.clear();
  edges.clear();
  batch = edge = 0;
}

std::uint64_t Shadow::Output::next_ns() const noexcept {
  const std::uint64_t of_batch = batch < batches.size() ? batches[batch].ts_event_ns : kNever;
  return edge < edges.size() ? std::min(of_batch, edges[edge].ts_event_ns) : of_batch;
}

Shadow::Shadow(const FoldSetup& setup)
    : universe_(setup.universe), fold_(setup), slots_(level_slots(fold_.scope_names(), fold_.symbols())) {
  const std::size_t scopes = fold_.scope_names().size();
  boards_.resize(scopes);
  for (std::size_t scope = 0; scope < scopes; ++scope) {
    for (Board& board : boards_[scope]) board.cells.resize(slots_.count(scope));
  }
  next_scope_seq_.assign(scopes, 1);
  next_level_seq_.assign(scopes, 1);
}

void Shadow::follow(const Fold& main) {
  of_main_.names = &main.scope_names();
  map_scopes();
}

void Shadow::map_scopes() {
  for (std::size_t scope = scope_of_main_.size(); scope < of_main_.names->size(); ++scope) {
    const auto& own = fold_.scope_names();
    const auto found = std::find(own.begin(), own.end(), (*of_main_.names)[scope]);
    scope_of_main_.push_back(found == own.end() ? kNowhere : static_cast<std::uint16_t>(found - own.begin()));
  }
}

void Shadow::apply(const Record& record, std::uint64_t jseq, Sink& out) {
  fold_.apply(record, jseq, own_);
  map_scopes();
  for (;;) {
    const std::uint64_t time_ns = std::min(of_main_.next_ns(), own_.next_ns());
    if (time_ns == kNever) break;
    take_edges(time_ns, out);
    take_levels(of_main_, time_ns, false);
    take_levels(own_, time_ns, true);
    send_levels(out);
  }
  of_main_.clear();
  own_.clear();
}

// All that an event says but its numbers, its id, and the version of the roster.
bool Shadow::same_edge(std::size_t own, std::size_t main) const noexcept {
  const Edge &a = own_.edges[own], &b = of_main_.edges[main];
  const auto bits = [](double value) {
    std::uint64_t number;
    std::memcpy(&number, &value, sizeof number);
    return number;
  };
  return a.type == b.type && a.scope == scope_of_main_[b.scope] && a.subject == b.subject && a.trigger == b.trigger &&
         a.signal == b.signal && a.direction == b.direction && a.clock == b.clock && a.present == b.present && a.validity == b.validity &&
         a.flags == b.flags && a.n_valid == b.n_valid && a.n_members == b.n_members && bits(a.value) == bits(b.value) &&
         bits(a.prior) == bits(b.prior) && bits(a.threshold) == bits(b.threshold) && own_.whys[own] == of_main_.whys[main];
}

void Shadow::take_edges(std::uint64_t time_ns, Sink& out) {
  const std::size_t first = of_main_.edge;
  while (of_main_.edge < of_main_.edges.size() && of_main_.edges[of_main_.edge].ts_event_ns == time_ns) ++of_main_.edge;
  matched_.assign(of_main_.edge - first, 0);
  for (; own_.edge < own_.edges.size() && own_.edges[own_.edge].ts_event_ns == time_ns; ++own_.edge) {
    bool is_same = false;
    for (std::size_t other = first; other < of_main_.edge && !is_same; ++other) {
      is_same = matched_[other - first] == 0 && same_edge(own_.edge, other);
      if (is_same) matched_[other - first] = 1;
    }
    if (is_same) continue;
    Edge edge = own_.edges[own_.edge];
    edge.eseq = next_eseq_++;
    edge.scope_seq = next_scope_seq_[edge.scope]++;
    out.on_edge(edge, own_.whys[own_.edge]);
  }
}

void Shadow::take_levels(Output& from, std::uint64_t time_ns, bool is_own) {
  for (; from.batch < from.batches.size() && from.batches[from.batch].ts_event_ns == time_ns; ++from.batch) {
    const LevelBatchView& batch = from.batches[from.batch];
    const std::uint16_t scope = is_own ? batch.scope : scope_of_main_[batch.scope];
    if (scope == kNowhere) continue;
    Board& board = boards_[scope][static_cast<std::size_t>(batch.clock)];
    board.head = batch;
    const std::size_t end = from.batch + 1 < from.batches.size() ? from.first_level[from.batch + 1] : from.levels.size();
    for (std::size_t i = from.first_level[from.batch]; i < end; ++i) {
      const std::size_t slot = slots_.of(scope, from.levels[i]);
      if (slot >= board.cells.size()) continue;  // of a symbol that came to the main universe later
      Cell& cell = board.cells[slot];
      (is_own ? cell.own : cell.main) = from.levels[i];
      (is_own ? cell.has_own : cell.has_main) = true;
      cell.is_own_touched |= is_own;
      if (!cell.is_touched) board.touched.push_back(static_cast<std::uint32_t>(slot));
      cell.is_touched = true;
    }
  }
}

void Shadow::send_levels(Sink& out) {
  for (std::size_t scope = 0; scope < boards_.size(); ++scope) {
    for (const Clock clock : {Clock::kLive, Clock::kClose}) {
      Board& board = boards_[scope][static_cast<std::size_t>(clock)];
      if (board.touched.empty()) continue;
      std::sort(board.touched.begin(), board.touched.end());
      outgoing_.clear();
      for (const std::uint32_t slot : board.touched) {
        Cell& cell = board.cells[slot];
        const bool differs = cell.has_own && (!cell.has_main || !same(cell.own, cell.main));
        if (differs && (cell.is_own_touched || !cell.has_sent || !same(cell.own, cell.sent))) {
          outgoing_.push_back(cell.own);
          cell.sent = cell.own;
          cell.has_sent = true;
        }
        cell.is_touched = cell.is_own_touched = false;
      }
      board.touched.clear();
      if (outgoing_.empty()) continue;
      LevelBatchView batch = board.head;
      batch.scope = static_cast<std::uint16_t>(scope);
      batch.clock = clock;
      batch.roster = fold_.book().roster_hash();
      batch.level_seq = next_level_seq_[scope]++;
      batch.levels = outgoing_;
      out.on_levels(batch);
    }
  }
}

}  // namespace groundswell::pipeline
