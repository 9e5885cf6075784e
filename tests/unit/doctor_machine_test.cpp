// What is said of machines that were made up: their /proc and /sys are folders of this test.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/doctor.hpp"
#include "support/scratch.hpp"

namespace groundswell::doctor {
namespace {

class DoctorMachineTest : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    test::write_text(folder_ / path, text + "\n");
  }
  void expect(const Finding& finding, Verdict verdict, const std::string& part) {
    EXPECT_EQ(finding.verdict, verdict) << finding.what;
    EXPECT_NE(finding.what.find(part), std::string::npos) << finding.what;
    EXPECT_EQ(finding.fix.empty(), verdict == Verdict::kOk || verdict == Verdict::kSkip) << "what is wrong has a remedy: " << finding.fix;
  }
  test::TemporaryFolder folder_;
  Machine machine_{.root = folder_.path(), .today = 20261120};
};

TEST_F(DoctorMachineTest, Scaling) {
  expect(check_scaling(machine_), Verdict::kSkip, "scales no CPU");
  put("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance");
  put("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance");
  expect(check_scaling(machine_), Verdict::kOk, "all 2 CPUs");
  put("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
  expect(check_scaling(machine_), Verdict::kWarn, "powersave on 1 of 2 CPUs");
}

TEST_F(DoctorMachineTest, ClockSource) {
  const std::string file = "sys/devices/system/clocksource/clocksource0/current_clocksource";
  expect(check_clock_source(machine_), Verdict::kSkip, "does not say");
  put(file, "tsc");
  expect(check_clock_source(machine_), Verdict::kOk, "tsc");
  put(file, "hpet");
  expect(check_clock_source(machine_), Verdict::kWarn, "hpet");
}

TEST_F(DoctorMachineTest, HugePagesMatterToPinnedThreads) {
  const std::string file = "sys/kernel/mm/transparent_hugepage/enabled";
  config::Config config;
  expect(check_huge_pages(machine_, config), Verdict::kSkip, "no transparent huge pages");
  put(file, "always [madvise] never");
  expect(check_huge_pages(machine_, config), Verdict::kOk, "madvise");
  put(file, "[always] madvise never");
  expect(check_huge_pages(machine_, config), Verdict::kOk, "always");
  config.pin = "core:0";
  expect(check_huge_pages(machine_, config), Verdict::kWarn, "always");
}

TEST_F(DoctorMachineTest, TimeZone) {
  expect(check_zone(machine_), Verdict::kFail, "America/New_York");
  put("usr/share/zoneinfo/America/New_York", "TZif");
  expect(check_zone(machine_), Verdict::kOk, "America/New_York");
}

TEST_F(DoctorMachineTest, CalendarOfThisYearAndInDecemberOfTheNext) {
  expect(check_calendar(machine_, {}), Verdict::kFail, "no trading calendar");
  put("calendar.csv", "date,kind,name\n2026-01-01,closed,New Year's Day");
  expect(check_calendar(machine_, folder_ / "calendar.csv"), Verdict::kOk, "covers 2026");
  machine_.today = 20261201;
  expect(check_calendar(machine_, folder_ / "calendar.csv"), Verdict::kWarn, "no holiday of 2027");
  machine_.today = 20270104;
  expect(check_calendar(machine_, folder_ / "calendar.csv"), Verdict::kWarn, "no holiday of 2027");
}

TEST_F(DoctorMachineTest, Cpus) {
  config::Config config;
  EXPECT_EQ(check_cpus(config).verdict, Verdict::kOk) << check_cpus(config).what;
  config.pin = "core:1023";
  expect(check_cpus(config), Verdict::kFail, "CPU 1023");
}

TEST_F(DoctorMachineTest, OpenFiles) {
  expect(check_open_files(64), Verdict::kFail, "64 open files");
  expect(check_open_files(500), Verdict::kWarn, "186 subscribers");
  expect(check_open_files(65'472), Verdict::kOk, "65472");
}

TEST_F(DoctorMachineTest, Disk) {
  const Finding here = check_disk(folder_ / "not/yet/there", 1);
  EXPECT_NE(here.what.find(folder_.path().string() + " has "), std::string::npos) << "where it would be made: " << here.what;
  EXPECT_NE(here.verdict, Verdict::kFail) << here.what;
  expect(check_disk(folder_ / "not/yet/there", ~std::uint64_t{0}), Verdict::kFail, "less than one segment");
  put("file", "");
  expect(check_disk(folder_ / "file" / "below", 1), Verdict::kFail, "is no folder");
  if (std::filesystem::exists("/dev/shm") && ::access("/dev/shm", W_OK) == 0) expect(check_disk("/dev/shm", 1), Verdict::kWarn, "memory");
}

TEST_F(DoctorMachineTest, AFolderThatMayNotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere: a folder that refuses is not looked at";
  ::chmod(folder_.path().c_str(), 0500);
  expect(check_disk(folder_ / "recordings", 1), Verdict::kFail, "nothing may be written");
  ::chmod(folder_.path().c_str(), 0700);
}

TEST_F(DoctorMachineTest, Keys) {
  config::Config config;
  EXPECT_EQ(check_keys(config).front().verdict, Verdict::kSkip);
  put("mine.key", "nothing");
  config.security_key = folder_ / "mine.key";
  ::chmod(config.security_key.c_str(), 0644);
  const Finding open = check_keys(config).front();
  EXPECT_EQ(open.verdict, Verdict::kFail);
  EXPECT_NE(open.what.find("mine.key"), std::string::npos) << open.what;
  config.security_curve = config::Curve::kRequired;
  config.security_allow_list = folder_ / "nobody";
  expect(check_keys(config).back(), Verdict::kFail, "cannot be read");
}

// A port that this test listens on, and a made-up process that holds it.
class DoctorEndpointTest : public DoctorMachineTest {
 protected:
  DoctorEndpointTest() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 1) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
  }
  ~DoctorEndpointTest() override { ::close(socket_); }
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  void hold(const std::string& name) {
    char port[8];
    std::snprintf(port, sizeof port, "%04X", port_);
    put("proc/net/tcp",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:" +
            std::string(port) + " 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0");
    put("proc/123/comm", name);
    std::filesystem::create_directories(folder_ / "proc/123/fd");
    std::filesystem::remove(folder_ / "proc/123/fd/7");
    std::filesystem::create_symlink("socket:[4711]", folder_ / "proc/123/fd/7");
  }
  int socket_;
  std::uint16_t port_ = 0;
};

TEST_F(DoctorEndpointTest, APortIsHeldBySomebody) {
  expect(check_endpoint(machine_, "publish", endpoint()), Verdict::kFail, "of another user");
  hold("redis-server");
  expect(check_endpoint(machine_, "publish", endpoint()), Verdict::kFail, "is held by redis-server (123)");
  hold("groundswell");
  expect(check_endpoint(machine_, "publish", endpoint()), Verdict::kWarn, "is held by groundswell (123)");
  expect(check_endpoint(machine_, "publish", "tcp://127.0.0.1:*"), Verdict::kOk, "the system chooses");
  expect(check_endpoint(machine_, "publish", "tcp://192.0.2.1:5556"), Verdict::kFail, "cannot be had");
  ::close(socket_);
  expect(check_endpoint(machine_, "publish", endpoint()), Verdict::kOk, "is free");
  socket_ = -1;
}

TEST_F(DoctorEndpointTest, PathsOfSockets) {
  const std::string here = folder_.path().string();
  expect(check_endpoint(machine_, "publish", "ipc://" + here + "/signals"), Verdict::kOk, "is free");
  expect(check_endpoint(machine_, "publish", "ipc://" + here + "/" + std::string(107 - here.size(), 'x')), Verdict::kFail,
         "108 bytes, at most 107");
  expect(check_endpoint(machine_, "publish", "ipc://" + here + "/nowhere/signals"), Verdict::kFail, "nothing can be made");
}

TEST_F(DoctorEndpointTest, AllThatRunBindsAndNothingElse) {
  config::Config config;
  config.publish_endpoint = "ipc://" + (folder_ / "signals").string();
  config.feeds = {{.name = "far", .endpoint = "tcp://127.0.0.1:1"},
                  {.name = "near", .endpoint = "ipc://" + (folder_ / "near").string(), .mode = config::EndpointMode::kBind}};
  const Findings all = check_endpoints(machine_, config);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].what.starts_with("publish ")) << all[0].what;
  EXPECT_TRUE(all[1].what.starts_with("control ")) << all[1].what;
  EXPECT_TRUE(all[2].what.starts_with("feed near ")) << all[2].what;
}

}  // namespace
}  // namespace groundswell::doctor
