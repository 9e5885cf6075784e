// `groundswell doctor` on this machine.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

class Doctor : public ProcessTest {
 protected:
  Finished doctor(const std::map<std::string, std::string>& settings = {}) {
    return run({"doctor", "--json", "-c", write_config(folder_, settings).string()});
  }
  static json check(const Finished& finished, const std::string& name, const std::string& part = {}) {
    const json root = json::parse(finished.out, nullptr, false);
    if (!root.is_object()) return nullptr;
    for (const json& each : root["checks"]) {
      if (each["check"] == name && each["what"].get<std::string>().find(part) != std::string::npos) return each;
    }
    return nullptr;
  }
};

TEST_F(Doctor, AMachineOnWhichAnEngineRuns) {
  const Finished finished = doctor();
  EXPECT_EQ(finished.code, 0) << finished.out;
  const json root = json::parse(finished.out, nullptr, false);
  ASSERT_TRUE(root.is_object()) << finished.out;
  EXPECT_EQ(root["schema"], "groundswell.doctor/1");
  EXPECT_EQ(root["fails"], 0);
  EXPECT_EQ(check(finished, "config")["verdict"], "ok");
  for (const char* name : {"config", "cpus", "scaling", "clock", "clocksource", "hugepages", "files", "disk", "endpoint", "keys", "libzmq",
                           "timezone", "calendar", "terminal"})
    EXPECT_TRUE(check(finished, name).is_object()) << name;
  for (const json& each : root["checks"]) {
    const bool wrong = each["verdict"] == "warn" || each["verdict"] == "fail";
    EXPECT_EQ(wrong, each["fix"] != "") << "what is wrong, and nothing else, has a remedy: " << each;
  }
  const Finished lines = run({"doctor", "-c", (folder_ / "groundswell.toml").string()});
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), static_cast<std::ptrdiff_t>(root["checks"].size())) << "one line each:\n"
                                                                                                                      << lines.out;
  EXPECT_NE(lines.err.find("0 would stop an engine"), std::string::npos) << lines.err;
}

TEST_F(Doctor, WhatWouldStopRunFailsHereAndThere) {
  net::Context context;
  const net::Socket taken = must(net::Socket::open(context, net::SocketType::kPub, net::Attach::kBind, "tcp://127.0.0.1:*", 1024));
  const std::map<std::string, std::string> settings{{"publish.endpoint", "\"" + taken.last_endpoint() + "\""}};
  const Finished held = doctor(settings);
  EXPECT_EQ(held.code, 78) << held.out;
  EXPECT_EQ(check(held, "endpoint", "publish")["verdict"], "fail") << held.out;
  EXPECT_NE(check(held, "endpoint", "is held by ").dump().find(std::to_string(::getpid())), std::string::npos) << held.out;
  EXPECT_EQ(run(run_words(settings)).code, 69);

  const Finished wrong = doctor({{"grid.step", "\"7s\""}, {"journal.durabilty", "\"power\""}});
  EXPECT_EQ(wrong.code, 78);
  EXPECT_EQ(check(wrong, "config", "grid.step")["verdict"], "fail") << wrong.out;
  EXPECT_EQ(check(wrong, "config", "durabilty")["verdict"], "fail") << wrong.out;

  const Finished pinned = doctor({{"pipeline.pin", "\"core:1023\""}});
  EXPECT_EQ(pinned.code, 78);
  EXPECT_EQ(check(pinned, "cpus")["verdict"], "fail") << pinned.out;
}

TEST_F(Doctor, ARunningEngineIsNoFault) {
  Program engine(folder_, run_words());
  ASSERT_TRUE(engine.says("running")) << engine.err();
  const Finished finished = run({"doctor", "--json", "-c", (folder_ / "groundswell.toml").string()});
  EXPECT_EQ(finished.code, 0) << finished.out;
  EXPECT_EQ(check(finished, "endpoint", "publish")["verdict"], "warn") << finished.out;
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.finish().code, 0) << "it was only looked at: " << engine.err();
}

}  // namespace
}  // namespace groundswell::test
