// Memory that is asked for in huge pages. What a trade touches lies far apart in memory: at 4 KiB each page of it has to be looked up
// anew once there are thousands of symbols, which costs more than the memory itself.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

namespace groundswell {

// For std::vector. Blocks of less than a huge page are ordinary ones; the last part of a larger block, too. Where the kernel has no huge
// pages, or none left, everything is as it would be without this.
template <class T>
struct HugePageAllocator {
  using value_type = T;
  static constexpr std::size_t kHugePageBytes = std::size_t{1} << 21;  // x86-64; elsewhere a multiple or a part of one

  HugePageAllocator() noexcept = default;
  template <class Other>
  HugePageAllocator(const HugePageAllocator<Other>&) noexcept {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* const memory = ::operator new(bytes, alignment(bytes));
    if (bytes >= kHugePageBytes) static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));  // a wish; see above
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept { ::operator delete(memory, alignment(count * sizeof(T))); }

  friend bool operator==(HugePageAllocator, HugePageAllocator) noexcept { return true; }

 private:
  static std::align_val_t alignment(std::size_t bytes) noexcept {
    return std::align_val_t{bytes >= kHugePageBytes ? kHugePageBytes : std::max(alignof(T), alignof(std::max_align_t))};
  }
};

template <class T>
using HugeVector = std::vector<T, HugePageAllocator<T>>;

}  // namespace groundswell
