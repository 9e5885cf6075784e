// The ring: one producer thread, one consumer thread, Boost.Lockfree underneath. Always moved in arrays: a batch of 64 costs about a tenth
// per element of single pushes. What happens when it is full is the producer's business and is written where the ring is built.
#pragma once

#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>

namespace groundswell {

template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : queue_(capacity), capacity_(capacity) {}
  std::size_t capacity() const { return capacity_; }  // slots
  // Producer. Returns how many of `count` items went in (fewer when full).
  std::size_t push(const T* items, std::size_t count) { return queue_.push(items, count); }
  std::size_t free_slots() const { return queue_.write_available(); }
  // Consumer. Returns how many items came out, at most `capacity`. used_slots() any thread: it was so a moment ago.
  std::size_t pop(T* items, std::size_t capacity) { return queue_.pop(items, capacity); }
  std::size_t used_slots() const { return queue_.read_available(); }

 private:
  boost::lockfree::spsc_queue<T> queue_;
  std::size_t capacity_;
};

}  // namespace groundswell
