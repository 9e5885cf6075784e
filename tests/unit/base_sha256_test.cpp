// SHA-256 against the examples of FIPS 180-2, and as a value that can be kept and gone on with.
#include <gtest/gtest.h>

#include <cstring>

#include "base/sha256.hpp"

namespace groundswell {
namespace {

std::string digest_of(std::string_view text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  const Sha256::Digest digest = hash.finish();
  return hex(digest.data(), digest.size());
}

TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_prefix64("abc"), 0xba7816bf8f01cfeaU);
}

TEST(Sha256, StartsAnewAfterFinish) {
  Sha256 hash;
  hash.update("xyz", 3);
  static_cast<void>(hash.finish());
  hash.update("abc", 3);
  const Sha256::Digest digest = hash.finish();
  EXPECT_EQ(hex(digest.data(), digest.size()), digest_of("abc"));
}

TEST(Sha256, ItsBytesGoOnWhereverTheyAreKept) {
  const std::string text(300, 'q');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    unsigned char kept[sizeof(Sha256)];
    {
      Sha256 first;
      first.update(text.data(), cut);
      std::memcpy(kept, &first, sizeof kept);
    }
    Sha256 second;
    second.update("something else", 14);
    std::memcpy(static_cast<void*>(&second), kept, sizeof kept);
    second.update(text.data() + cut, text.size() - cut);
    const Sha256::Digest digest = second.finish();
    ASSERT_EQ(hex(digest.data(), digest.size()), digest_of(text)) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace groundswell
