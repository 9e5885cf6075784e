// The newest edges of every scope, for fills: of the last `keep_ns`, at most kMostEdges with kMostParts parts in all. Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "publish/control_server.hpp"
#include "wire/codec.hpp"

namespace groundswell::relay {

class EdgeRing {
 public:
  static constexpr std::size_t kMostEdges = 65'536;
  static constexpr std::size_t kMostParts = std::size_t{4} << 20;  // 64 MiB

  explicit EdgeRing(std::int64_t keep_ns) : keep_ns_(keep_ns) {}
  void clear();
  // In the order of their numbers within a scope. A batch after a hole drops what was before it. `now_ns`: monotonic.
  void add(const wire::EdgeBatch& batch, std::int64_t now_ns);
  void forget_old(std::int64_t now_ns);
  std::uint64_t oldest(std::uint16_t scope) const noexcept;  // scope_seq that is held; 0 = none
  std::uint64_t next(std::uint16_t scope) const noexcept;    // after the last one; 0 = none
  // From answer.next(), which is held, on.
  void fill(std::uint16_t scope, publish::FillAnswer& answer) const;
  std::size_t edges() const noexcept { return edges_; }
  std::size_t parts() const noexcept { return parts_; }

 private:
  struct Held {
    wire::EdgeBatch batch;
    std::size_t parts;
    std::int64_t since_ns;
    std::uint64_t age;  // counts up over all scopes
  };
  void drop_front(std::deque<Held>& scope);
  std::int64_t keep_ns_;
  std::vector<std::deque<Held>> scopes_;
  std::size_t edges_ = 0, parts_ = 0;
  std::uint64_t next_age_ = 0;
};

}  // namespace groundswell::relay
