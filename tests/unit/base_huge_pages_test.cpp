#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/huge_pages.hpp"

namespace groundswell {
namespace {

struct alignas(64) Line {
  std::uint64_t numbers[8]{};
};

// What the kernel notes of the mapping that holds `address`: "VmFlags: rd wr mr mw me ac sd hg".
std::string flags_of(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  bool is_here = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t first = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &end) == 2) {
      const auto place = reinterpret_cast<std::uintptr_t>(address);
      is_here = first <= place && place < end;
    } else if (is_here && line.starts_with("VmFlags:")) {
      return line + ' ';
    }
  }
  return {};
}

TEST(HugePagesTest, ALargeBlockBeginsAtAHugePageAndIsWishedForAsSuch) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) GTEST_SKIP() << "this kernel has no transparent huge pages";
  const HugeVector<Line> large(50'000);  // 3.2 MB
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % HugePageAllocator<Line>::kHugePageBytes, 0U);
  EXPECT_NE(flags_of(large.data()).find(" hg "), std::string::npos) << flags_of(large.data());
}

TEST(HugePagesTest, ASmallBlockIsAnOrdinaryOne) {
  const HugeVector<Line> small(100);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small.data()) % alignof(Line), 0U);
  EXPECT_NE(flags_of(small.data()).find(" rd "), std::string::npos) << "its mapping was not found";
  EXPECT_EQ(flags_of(small.data()).find(" hg "), std::string::npos) << flags_of(small.data());
}

TEST(HugePagesTest, IsAVectorLikeAnyOther) {
  HugeVector<Line> lines(40'000);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].numbers[7], 0U);
  lines.back().numbers[7] = 5;
  HugeVector<Line> moved = std::move(lines);
  moved.resize(90'000);
  EXPECT_EQ(moved[39'999].numbers[7], 5U);
  EXPECT_EQ(moved.back().numbers[7], 0U);
}

}  // namespace
}  // namespace groundswell
