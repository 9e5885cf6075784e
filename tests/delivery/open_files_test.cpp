// A flood of connections up to the limit of open files: the engine goes on, and so does its recording from segment to segment.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"
#include "support/tcp_peer.hpp"

namespace groundswell::test {
namespace {

std::size_t segments_in(const fs::path& recording) {
  std::size_t count = 0;
  for (const auto& each : fs::directory_iterator(recording)) count += each.path().extension() == ".gsj";
  return count;
}

class OpenFiles : public LoadedProcess {};

TEST_F(OpenFiles, ConnectionsUpToTheLimitOfOpenFilesKeepNoRecordingFromItsNextSegment) {
  constexpr int kFiles = 128;
  const auto port = static_cast<std::uint16_t>(10'000 + ::getpid() % 10'000 * 2);
  const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(port);
  const std::map<std::string, std::string> settings{
      {"publish.endpoint", "'" + endpoint + "'"}, {"journal.segment_size", "'256KiB'"}, {"journal.snapshot", "'1s'"}};
  program_ =
      std::make_unique<Program>(folder_, run_words(settings), std::map<std::string, std::string>{}, Program::Binary::kGroundswell, kFiles);
  ASSERT_TRUE(program_->says("running")) << program_->err();
  listener_ = std::make_unique<Listener>(context_, endpoint, std::vector<std::string>{"K.", "E."});
  ASSERT_TRUE(listener_->joined());
  load_ = std::make_unique<Load>(context_, endpoint_in(folder_, "feed"));
  watch(20);
  {
    std::vector<std::unique_ptr<TcpPeer>> flood;
    for (int i = 0; i < kFiles + 64; ++i) flood.push_back(std::make_unique<TcpPeer>(port));
    ASSERT_TRUE(wait_until([&] { return program_->ended() || program_->open_files() >= kFiles * 3 / 4; })) << "the limit was not reached";
    const std::size_t before = segments_in(folder_ / "recording");
    ASSERT_TRUE(listener_->listen_until([&] { return program_->ended() || segments_in(folder_ / "recording") >= before + 5; }));
    ASSERT_FALSE(program_->ended()) << program_->err();
  }
  program_->signal(SIGTERM);
  EXPECT_EQ(finish().code, 0);
  expect_heard_is_recorded(folder_ / "recording");
}

}  // namespace
}  // namespace groundswell::test
