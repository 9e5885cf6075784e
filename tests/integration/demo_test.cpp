// The demo: something to see soon, and nothing left afterwards, however it ends.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/process.hpp"

namespace groundswell::test {
namespace {

class Demo : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(temporary_);
    environment_["TMPDIR"] = temporary_.string();
  }
  void expect_nothing_left(const Program& program) {
    EXPECT_FALSE(program.left_processes());
    EXPECT_TRUE(fs::is_empty(temporary_)) << fs::directory_iterator(temporary_)->path();
  }
  TemporaryFolder folder_;
  fs::path temporary_ = folder_ / "tmp";
  std::map<std::string, std::string> environment_;
};

TEST_F(Demo, ShowsValuesAndEndsByItself) {
  Program program(folder_, {"demo", "--seconds", kSanitized ? "40" : "12"}, environment_);
  const Finished finished = program.finish(std::chrono::seconds(120));
  EXPECT_EQ(finished.code, 0) << finished.err;
  const std::string_view told = "first value after ";
  const std::size_t at = finished.err.find(told);
  ASSERT_NE(at, std::string::npos) << finished.err;
  const double first_value_seconds = std::stod(finished.err.substr(at + told.size()));
  EXPECT_TRUE(kSanitized || first_value_seconds < 10.0) << first_value_seconds;
  EXPECT_NE(finished.out.find("GPUs and accelerators"), std::string::npos) << finished.out;
  expect_nothing_left(program);
}

TEST_F(Demo, CtrlCEndsItAtAnyMoment) {
  for (const char* moment : {"history", "first value after"}) {
    Program program(folder_, {"demo", "--seed", "3"}, environment_);
    ASSERT_TRUE(program.says(moment)) << program.err();
    program.signal(SIGINT);
    EXPECT_EQ(program.finish().code, 130) << moment << ": " << program.err();
    expect_nothing_left(program);
  }
}

}  // namespace
}  // namespace groundswell::test
