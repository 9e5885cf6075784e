#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "base/open_file.hpp"

namespace groundswell {
namespace {

TEST(OpenFile, HasRoomWhenNothingElseHas) {
  const int null = open_file("/dev/null", O_RDONLY);
  ASSERT_GE(null, 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  keep_room_for_files();  // a quarter of so few
  int others = 0;
  while (::dup(null) >= 0) ++others;
  EXPECT_EQ(errno, EMFILE);
  EXPECT_GT(others, 16);
  for (int i = 0; i < 8; ++i) {
    EXPECT_GE(open_file("/dev/null", O_RDONLY), 0);
    EXPECT_GE(open_again(null), 0);
    EXPECT_LT(::dup(null), 0) << "what is not a file of ours was let in";
  }
  EXPECT_LT(open_file("/dev/null", O_RDONLY), 0) << "there is an end to it";
  EXPECT_EQ(errno, EMFILE);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_LT(open_file("/nowhere", O_RDONLY), 0);
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace groundswell
