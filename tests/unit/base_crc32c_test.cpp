#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string_view>
#include <vector>

#include "base/crc32c.hpp"

namespace groundswell {
namespace {

TEST(Crc32c, ChecksOutOnTheStandardVectors) {
  constexpr std::string_view kCheck = "123456789";
  EXPECT_EQ(crc32c(kCheck.data(), kCheck.size()), 0xE3069283u);
  EXPECT_EQ(crc32c_by_table(kCheck.data(), kCheck.size(), 0), 0xE3069283u);
  const std::vector<unsigned char> zeros(32, 0x00), ones(32, 0xFF);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(zeros.data(), zeros.size()), 0x8A9136AAu);
  EXPECT_EQ(crc32c(ones.data(), ones.size()), 0x62A8AB43u);
  EXPECT_EQ(crc32c(nullptr, 0), 0u);
  if (crc32c_has_instruction()) {
    EXPECT_EQ(crc32c_by_instruction(kCheck.data(), kCheck.size(), 0), 0xE3069283u);
  }
}

TEST(Crc32c, BothWaysAgreeOnAnyLengthAndAlignment) {
  if (!crc32c_has_instruction()) GTEST_SKIP() << "this machine has no SSE4.2";
  std::mt19937_64 random(20240131);
  std::vector<unsigned char> bytes(5000);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<unsigned char>(random()); });
  for (int round = 0; round < 5000; ++round) {
    const std::size_t offset = random() % 64;
    const std::size_t length = round % 2 == 0 ? random() % 80 : random() % (bytes.size() - 64);
    const auto seed = static_cast<std::uint32_t>(random());
    ASSERT_EQ(crc32c_by_table(bytes.data() + offset, length, seed), crc32c_by_instruction(bytes.data() + offset, length, seed))
        << "offset " << offset << " length " << length;
  }
}

TEST(Crc32c, SeedContinuesWhatComesBefore) {
  constexpr std::string_view kText = "a checksum in two parts is the checksum of the whole";
  for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
    EXPECT_EQ(crc32c(kText.data() + cut, kText.size() - cut, crc32c(kText.data(), cut)), crc32c(kText.data(), kText.size()));
  }
}

}  // namespace
}  // namespace groundswell
