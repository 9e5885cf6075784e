#include "relay/edge_ring.hpp"

#include <algorithm>

namespace groundswell::relay {

void EdgeRing::clear() {
  scopes_.clear();
  edges_ = parts_ = 0;
}

void EdgeRing::drop_front(std::deque<Held>& scope) {
  edges_ -= scope.front().batch.edges.size();
  parts_ -= scope.front().parts;
  scope.pop_front();
}

void EdgeRing::add(const wire::EdgeBatch& batch, std::int64_t now_ns) {
  if (batch.edges.empty()) return;
  const std::size_t index = batch.header.scope;
  if (index >= scopes_.size()) scopes_.resize(index + 1);
  std::deque<Held>& scope = scopes_[index];
  while (!scope.empty() && next(batch.header.scope) != batch.scope_seq) drop_front(scope);
  std::size_t parts = 0;
  for (const wire::EdgeWithWhy& edge : batch.edges) parts += edge.why.size();
  scope.push_back({batch, parts, now_ns, next_age_++});
  edges_ += batch.edges.size();
  parts_ += parts;
  while (edges_ > kMostEdges || parts_ > kMostParts) {
    const auto older = [](const std::deque<Held>& a, const std::deque<Held>& b) {
      return !a.empty() && (b.empty() || a.front().age < b.front().age);
    };
    drop_front(*std::min_element(scopes_.begin(), scopes_.end(), older));
  }
}

void EdgeRing::forget_old(std::int64_t now_ns) {
  for (std::deque<Held>& scope : scopes_) {
    while (!scope.empty() && scope.front().since_ns + keep_ns_ < now_ns) drop_front(scope);
  }
}

std::uint64_t EdgeRing::oldest(std::uint16_t scope) const noexcept {
  return scope < scopes_.size() && !scopes_[scope].empty() ? scopes_[scope].front().batch.scope_seq : 0;
}

std::uint64_t EdgeRing::next(std::uint16_t scope) const noexcept {
  if (scope >= scopes_.size() || scopes_[scope].empty()) return 0;
  const wire::EdgeBatch& last = scopes_[scope].back().batch;
  return last.scope_seq + last.edges.size();
}

void EdgeRing::fill(std::uint16_t scope, publish::FillAnswer& answer) const {
  const std::deque<Held>& held = scopes_[scope];
  auto at = std::upper_bound(held.begin(), held.end(), answer.next(),
                             [](std::uint64_t number, const Held& each) { return number < each.batch.scope_seq; });
  for (--at; at != held.end() && !answer.is_full(); ++at) answer.add(at->batch);
}

}  // namespace groundswell::relay
