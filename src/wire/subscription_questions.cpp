// What a subscription asks for, and what it makes of the answers.
#include <algorithm>
#include <utility>

#include "wire/subscription.hpp"

namespace groundswell::wire {
namespace {

constexpr const char* kUniverse = "main";

}  // namespace

void Subscription::hear_reply(std::span<const std::byte> frame, std::int64_t now_ns) {
  ReplyHead head;
  Verdict verdict = codec_->decode(frame, head);
  if (verdict == Verdict::kOk) {
    const auto found = std::find_if(questions_.begin(), questions_.end(), [&](const Question& each) { return each.id == head.id; });
    if (found == questions_.end() || head.chunk != found->next_chunk) {
      verdict = Verdict::kMalformed;
    } else if (head.status != ReplyStatus::kOk) {
      const Question question = std::move(*found);
      questions_.erase(found);
      refused(question, head, now_ns);
    } else if ((verdict = take_chunk(*found, head, frame)) == Verdict::kOk) {
      ++found->next_chunk;
      found->until_ns = now_ns + kAnswerWithinNs;
      if (!head.more) {
        Question question = std::move(*found);
        questions_.erase(found);
        if (question.kind == RequestKind::kFill && !question.brought_something) scopes_[question.scope].fill_at_ns = now_ns + kAskAgainNs;
        finish(question);
      }
    } else {
      questions_.erase(found);
    }
  }
  counters_.refused += verdict != Verdict::kOk;
  ask_what_is_missing(now_ns);
}

Verdict Subscription::take_chunk(Question& question, const ReplyHead& head, std::span<const std::byte> frame) {
  Verdict verdict = Verdict::kOk;
  if (question.kind == RequestKind::kCatalog) {
    Catalog catalog;
    if ((verdict = codec_->decode_body(frame, catalog)) == Verdict::kOk) take(catalog, wanted_catalog_hash_);
  } else if (question.kind == RequestKind::kFill) {
    EdgeBatch batch;
    if ((verdict = codec_->decode_body(frame, batch)) != Verdict::kOk) return verdict;
    if (batch.header.scope != question.scope) return Verdict::kMalformed;
    question.brought_something |= !batch.edges.empty();
    take(batch, {}, true);
  } else {
    verdict = question.snapshot.take(head, frame, *codec_);
  }
  return verdict;
}

void Subscription::finish(Question& question) {
  if (question.kind != RequestKind::kSnapshot || question.snapshot.whole().head.header.recording_id != recording_id_) return;
  if (question.scope == kEveryScope) join(question);
  sink_.on_snapshot(question.snapshot.whole().head);
  for (const NextNumbers& row : question.snapshot.whole().head.positions) {
    if (row.universe != 0 || row.scope >= scopes_.size() || !scopes_[row.scope].wanted) continue;
    Scope& scope = scopes_[row.scope];
    for (const OwnedLevels& each : question.snapshot.whole().levels) {
      if (each.batch.header.scope != row.scope || !options_.levels) continue;
      ++counters_.levels;
      sink_.on_levels(each.batch);
    }
    scope.next_level = row.level_seq;
    scope.levels_missing = false;
    drain_levels(scope);
    look_for_missing_levels(scope);  // a heartbeat may know of later ones
    drain_edges(scope);
  }
}

void Subscription::join(Question& question) {
  joined_ = true;
  for (const NextNumbers& row : question.snapshot.whole().head.positions) {
    if (row.universe != 0 || row.scope >= scopes_.size() || !scopes_[row.scope].wanted) continue;
    Scope& scope = scopes_[row.scope];
    scope.joined_at = row.scope_seq;
    scope.edges_end = std::max(scope.edges_end, row.scope_seq);
    if (!scope.held_edges.empty()) {
      const auto& [first, last] = *scope.held_edges.rbegin();
      scope.edges_end = std::max(scope.edges_end, first + last.batch.edges.size());
    }
    scope.next_edge = row.scope_seq - std::min(options_.past_edges, row.scope_seq - 1);
    if (options_.recording_id != recording_id_) continue;
    for (const NextNumbers& kept : options_.resume) {
      if (kept.universe != 0 || kept.scope != row.scope || kept.scope_seq == 0 || kept.scope_seq > row.scope_seq) continue;
      scope.next_edge = kept.scope_seq;
      scope.resumed = true;
    }
  }
}

void Subscription::refused(const Question& question, const ReplyHead& head, std::int64_t now_ns) {
  const bool for_good = head.status == ReplyStatus::kBadRequest || head.status == ReplyStatus::kNotFound;
  if (question.kind == RequestKind::kFill) {
    Scope& scope = scopes_[question.scope];
    if (head.status == ReplyStatus::kGapTooOld) {
      give_up_edges(question.scope, std::min(head.oldest, scope.edges_end));
    } else if (for_good) {
      give_up_edges(question.scope, scope.held_edges.empty() ? scope.edges_end : scope.held_edges.begin()->first);
    } else {
      ++counters_.put_off;
      scope.fill_at_ns = now_ns + kAskAgainNs;
    }
    return;
  }
  ++counters_.put_off;
  if (question.kind == RequestKind::kCatalog) {
    catalog_at_ns_ = now_ns + kAskAgainNs;
  } else if (question.scope == kEveryScope) {
    join_at_ns_ = now_ns + kAskAgainNs;
  } else {
    scopes_[question.scope].snapshot_at_ns = now_ns + kAskAgainNs;
  }
}

void Subscription::clock(std::int64_t now_ns) {
  counters_.unanswered += std::erase_if(questions_, [&](const Question& each) { return each.until_ns <= now_ns; });
  ask_what_is_missing(now_ns);
}

bool Subscription::is_open(RequestKind kind, std::size_t scope) const noexcept {
  return std::any_of(questions_.begin(), questions_.end(),
                     [&](const Question& each) { return each.kind == kind && (each.scope == scope || each.scope == kEveryScope); });
}

void Subscription::ask_what_is_missing(std::int64_t now_ns) {
  if (recording_id_ == 0) return;
  if ((!catalog_ || catalog_hash_ != wanted_catalog_hash_) && now_ns >= catalog_at_ns_ && !is_open(RequestKind::kCatalog, 0)) {
    catalog_at_ns_ = now_ns + kAnswerWithinNs;
    ask(RequestKind::kCatalog, 0, 0, 0, now_ns);
  }
  if (!catalog_ || (!joined_ && catalog_hash_ != wanted_catalog_hash_)) return;
  if (!joined_) {
    if (now_ns >= join_at_ns_ && !is_open(RequestKind::kSnapshot, kEveryScope)) ask(RequestKind::kSnapshot, kEveryScope, 0, 0, now_ns);
    return;
  }
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    Scope& scope = scopes_[i];
    if (!scope.wanted) continue;
    if (scope.levels_missing && now_ns >= scope.snapshot_at_ns && !is_open(RequestKind::kSnapshot, i)) {
      scope.snapshot_at_ns = now_ns + kAskAgainNs;
      ask(RequestKind::kSnapshot, i, 0, 0, now_ns);
    }
    if (options_.edges && edges_missing(scope) && now_ns >= scope.fill_at_ns && !is_open(RequestKind::kFill, i)) {
      ask(RequestKind::kFill, i, scope.next_edge, (scope.held_edges.empty() ? scope.edges_end : scope.held_edges.begin()->first) - 1,
          now_ns);
    }
  }
}

void Subscription::ask(RequestKind kind, std::size_t scope, std::uint64_t from, std::uint64_t to, std::int64_t now_ns) {
  Question question;
  question.id = next_id_++;
  question.kind = kind;
  question.scope = scope;
  question.until_ns = now_ns + kAnswerWithinNs;
  Request request{.id = question.id, .kind = kind};
  if (kind != RequestKind::kCatalog) {
    request.universe = kUniverse;
    if (scope != kEveryScope) request.scope = catalog_->scopes[scope];
    if (scope == kEveryScope && options_.scopes.size() == 1) request.scope = options_.scopes.front();
    request.from = from;
    request.to = to;
    ++(kind == RequestKind::kFill ? counters_.fills_asked : counters_.snapshots_asked);
  }
  const auto frame = codec_->encode(request);
  outgoing_.emplace_back(frame.begin(), frame.end());
  questions_.push_back(std::move(question));
}

bool Subscription::request(std::span<const std::byte>& frame) {
  if (outgoing_.empty()) return false;
  sent_ = std::move(outgoing_.front());
  outgoing_.pop_front();
  frame = sent_;
  return true;
}

void Subscription::forget_questions() noexcept {
  questions_.clear();
  outgoing_.clear();
}

}  // namespace groundswell::wire
