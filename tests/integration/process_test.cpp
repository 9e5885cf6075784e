// The program as others see it: what it exits with, what it prints where, and what is left when it is ended in whatever way.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <sstream>

#include "journal/format.hpp"
#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

TEST_F(ProcessTest, ASecondEngineOnOneRecordingIsToldToComeBack) {
  Program first(folder_, run_words());
  ASSERT_TRUE(first.says("running")) << first.err();
  const Finished second = run(run_words({{"publish.endpoint", "'" + endpoint_in(folder_, "signals2") + "'"}}));
  EXPECT_EQ(second.code, 69) << second.err;  // the feed's socket is the first that is taken …
  fs::rename(folder_ / "groundswell.toml", folder_ / "other.toml");
  std::string text = read_text(folder_ / "other.toml");
  text.resize(text.find("[[feed]]"));
  write_text(folder_ / "other.toml", text);
  const Finished third = run({"run", "-c", (folder_ / "other.toml").string()});
  EXPECT_EQ(third.code, 75) << third.err;  // … and then the recording
  EXPECT_NE(third.err.find("another engine is writing recording " + (folder_ / "recording").string()), std::string::npos) << third.err;
  first.signal(SIGTERM);
  EXPECT_EQ(first.finish().code, 0);
}

TEST_F(ProcessTest, ARecordingThatCannotBeMade) {
  write_text(folder_ / "file", "");
  const Finished under_file = run(run_words({{"journal.recording", "'" + (folder_ / "file/recording").string() + "'"}}));
  EXPECT_EQ(under_file.code, 73) << under_file.err;
  EXPECT_NE(under_file.err.find("file/recording"), std::string::npos) << under_file.err;
  const Finished folder =
      run(run_words({{"journal.recording", "''"}, {"journal.directory", "'" + (folder_ / "file/recordings").string() + "'"}}));
  EXPECT_EQ(folder.code, 73) << folder.err;
}

TEST_F(ProcessTest, AnEndpointInUseLeavesNoRecordingBehind) {
  net::Context context;
  const net::Socket taken =
      must(net::Socket::open(context, net::SocketType::kPub, net::Attach::kBind, endpoint_in(folder_, "signals"), 1024));
  const Finished finished = run(run_words());
  EXPECT_EQ(finished.code, 69) << finished.err;
  EXPECT_NE(finished.err.find("in use"), std::string::npos) << finished.err;
  EXPECT_FALSE(fs::exists(folder_ / "recording")) << "the next try would fail on it";
}

TEST_F(ProcessTest, AConfigIsToldAllThatIsWrongWithIt) {
  const Finished finished = run(run_words({{"grid.step", "'7s'"}, {"time.source", "'sundial'"}, {"journal.durabilty", "'power'"}}));
  EXPECT_EQ(finished.code, 78);
  for (const char* part : {"grid.step", "sundial", "durabilty"})
    EXPECT_NE(finished.err.find(part), std::string::npos) << part << ": " << finished.err;
  EXPECT_GE(std::count(finished.err.begin(), finished.err.end(), '\n'), 3);
  EXPECT_EQ(finished.out, "");
  const Finished missing = run({"run", "-c", (folder_ / "nowhere.toml").string()});
  EXPECT_EQ(missing.code, 66) << missing.err;
  EXPECT_NE(missing.err.find("nowhere.toml"), std::string::npos);
}

TEST_F(ProcessTest, SignalsThatAreNoneAreToldWithTheirPlaces) {
  const std::string config = write_config(folder_).string(), history = (folder_ / "history.gsj").string();
  ASSERT_EQ(run({"simulate", "--history", history, "--history-sessions", "3", "--history-only"}).code, 0);
  const std::string text = read_text(config);
  const auto line = std::count(text.begin(), text.end(), '\n') + 2;  // of the signals
  write_text(config, text + "[levels]\nsignals = \"ad_pct adv_pct state\"\n[coverage_by_signal]\n  no_signal = { min_members = 4 }\n");
  const std::string places = fmt::format(
      "{0}:{1}:11: no signal has the id 'adv_pct'; `groundswell signals` lists them all\n"
      "{0}:{1}:11: 'state' is known at the close only; take it out\n"
      "{0}:{2}:3: no signal has the id 'no_signal'; `groundswell signals` lists them all\n",
      config, line, line + 2);
  const std::vector<std::vector<std::string>> verbs{{"check", "-c", config}, {"run", "-c", config}, {"replay", history, "-c", config}};
  for (const auto& words : verbs) {
    SCOPED_TRACE(words.front());
    const Finished finished = run(words);
    EXPECT_EQ(finished.code, 78);
    EXPECT_NE(finished.err.find(places), std::string::npos) << finished.err;
    EXPECT_EQ(finished.out, "");
  }
  write_text(config, text);
  const Finished flag = run({"check", "-c", config, "--set", "levels.signals=adv_pct"});
  EXPECT_EQ(flag.code, 78);
  EXPECT_NE(flag.err.find("flag --set levels.signals: no signal has the id 'adv_pct'"), std::string::npos) << flag.err;
}

TEST_F(ProcessTest, WordsNobodyKnows) {
  const Finished verb = run({"reply"});
  EXPECT_EQ(verb.code, 64);
  EXPECT_NE(verb.err.find("did you mean 'replay'?"), std::string::npos) << verb.err;
  const Finished flag = run({"run", "--no-such-flag"});
  EXPECT_EQ(flag.code, 64);
  EXPECT_NE(flag.err.find("--no-such-flag"), std::string::npos) << flag.err;
  EXPECT_EQ(run({}).code, 64);
  EXPECT_EQ(verb.out + flag.out, "") << "standard output is for data";
  const Finished help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("replay"), std::string::npos);
}

TEST_F(LoadedProcess, SigtermUnderLoadEndsItCleanly) {
  start();
  watch(100);
  program_->signal(SIGTERM);
  const Finished finished = finish();
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, "") << "standard output is for data";
  const Finished verified = run({"verify", (folder_ / "recording").string(), "--json"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(json::parse(verified.out)["closed"], true);
  EXPECT_EQ(json::parse(verified.out)["snapshots"], 1);
  const Finished refolded = run({"verify", (folder_ / "recording").string(), "--refold"});
  EXPECT_EQ(refolded.code, 0) << refolded.err;
  EXPECT_NE(refolded.out.find("byte for byte"), std::string::npos) << refolded.out;
  const Finished another = run(run_words({{"grid.step", "'2s'"}}));
  EXPECT_EQ(another.code, 73) << another.err;  // with other definitions it would be another recording
  EXPECT_NE(another.err.find("config hash"), std::string::npos) << another.err;
  expect_heard_is_recorded(folder_ / "recording");
}

TEST_F(LoadedProcess, SigintSaysSo) {
  start();
  watch(10);
  program_->signal(SIGINT);
  EXPECT_EQ(finish().code, 130);
  EXPECT_TRUE(read_recording(folder_ / "recording").info.closed);
}

TEST_F(LoadedProcess, KilledItLosesNothingThatWasSeen) {
  start();
  watch(200);
  program_->signal(SIGKILL);
  EXPECT_EQ(finish().code, 128 + SIGKILL);
  const Finished verified = run({"verify", (folder_ / "recording").string(), "--json"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(json::parse(verified.out)["closed"], false);
  EXPECT_NE(run({"verify", (folder_ / "recording").string()}).out.find("not closed"), std::string::npos);
  expect_heard_is_recorded(folder_ / "recording");
}

class SmallDisk {  // a file system of its own
 public:
  explicit SmallDisk(fs::path path) : path_(std::move(path)) {
    fs::create_directory(path_);
    if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=2m") != 0) error_ = errno;
  }
  ~SmallDisk() {
    if (error_ == 0) ::umount2(path_.c_str(), MNT_DETACH);
  }
  int error() const { return error_; }

 private:
  fs::path path_;
  int error_ = 0;
};

TEST_F(LoadedProcess, AFullDiskStopsItAndNothingThatWasSeenIsLost) {
  const SmallDisk disk(folder_ / "disk");
  if (disk.error() != 0) GTEST_SKIP() << "cannot mount a small tmpfs: " << std::strerror(disk.error()) << "; needs root";
  const std::string recording = (folder_ / "disk/recording").string();
  start({{"journal.recording", "'" + recording + "'"}, {"journal.segment_size", "'256KiB'"}});
  watch(~std::size_t{0});
  const Finished finished = finish();
  EXPECT_EQ(finished.code, 74) << finished.err;
  EXPECT_NE(finished.err.find(recording), std::string::npos) << finished.err;
  const Finished verified = run({"verify", recording});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_NE(verified.out.find("not closed"), std::string::npos) << verified.out;
  expect_heard_is_recorded(recording);
}

TEST_F(ProcessTest, IdleItCostsNearlyNothing) {
  if (kSanitized) GTEST_SKIP() << "sanitizers cost processor time of their own";
  Program program(folder_, run_words());
  ASSERT_TRUE(program.says("running"));
  const auto used_ticks = [&] {  // utime and stime: fields 14 and 15, counted behind the name in parentheses
    const std::string stat = read_text("/proc/" + std::to_string(program.id()) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
    return std::stoul(all.at(11)) + std::stoul(all.at(12));
  };
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // starting is not idling
  const auto began = std::chrono::steady_clock::now();
  const auto before = used_ticks();
  std::this_thread::sleep_for(std::chrono::seconds(3));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
  const double used_seconds = static_cast<double>(used_ticks() - before) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_LE(used_seconds, 0.02 * elapsed.count()) << "of a core";
}

// A closed recording of a few seconds, whole in one segment.
class RecordingProcess : public LoadedProcess {
 protected:
  void make_recording() {
    start();
    watch(60);
    program_->signal(SIGTERM);
    ASSERT_EQ(finish().code, 0);
    for (const fs::directory_entry& file : fs::directory_iterator(folder_ / "recording")) {
      if (file.path().extension() == ".gsj")
        segment_ = std::max(segment_, file.path());  // the last one: how many there are is the clock's affair
    }
    ASSERT_TRUE(fs::exists(segment_));
  }
  fs::path segment_;
};

TEST_F(RecordingProcess, DamageIsToldFromACut) {
  make_recording();
  const std::string whole = read_text(segment_);

  fs::resize_file(segment_, whole.size() * 2 / 3);
  const Finished cut = run({"replay", (folder_ / "recording").string(), "--digest"});
  EXPECT_EQ(cut.code, 0) << cut.err;
  EXPECT_NE(cut.err.find("torn tail at offset"), std::string::npos) << cut.err;
  EXPECT_TRUE(cut.out.starts_with("sha256:")) << cut.out;

  std::string flipped = whole;
  const std::size_t at = whole.size() / 2;
  flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
  write_text(segment_, flipped);
  for (const char* verb : {"verify", "replay"}) {
    const Finished damaged = run({verb, (folder_ / "recording").string()});
    EXPECT_EQ(damaged.code, 65) << verb;
    EXPECT_EQ(damaged.out, "") << verb;
    EXPECT_NE(damaged.err.find(segment_.string()), std::string::npos) << damaged.err;
    EXPECT_NE(damaged.err.find("offset"), std::string::npos) << damaged.err;
  }

  std::string newer = whole;
  journal::FileHeader header;
  std::memcpy(&header, newer.data(), sizeof header);
  header.major = journal::kMajor + 1;
  header.crc = journal::file_header_crc(header);
  std::memcpy(newer.data(), &header, sizeof header);
  write_text(segment_, newer);
  const Finished refused = run({"replay", (folder_ / "recording").string()});
  EXPECT_EQ(refused.code, 65);
  EXPECT_NE(refused.err.find("newer"), std::string::npos) << refused.err;
  EXPECT_EQ(run({"replay", (folder_ / "nowhere").string()}).code, 66);
}

TEST_F(ProcessTest, AnImportNamesNoUniverse) {
  write_text(folder_ / "map.toml", R"(kind = "session_bar"
symbol = { column = "name" }
time = { column = "date", format = "%Y-%m-%d" }
columns = { open = "o", high = "h", low = "l", close = "c", volume = "v" }
)");
  write_text(
      folder_ / "bars.csv",
      "name,date,o,h,l,c,v\nAAA,2026-11-19,10,11,9,10.5,1000\nBBB,2026-11-19,20,21,19,20.5,1000\nAAA,2026-11-20,10,11,9,10.75,1000\n");
  write_config(folder_);
  const std::string recording = (folder_ / "bars.gsj").string();
  const Finished imported =
      run({"import", "csv", (folder_ / "bars.csv").string(), "--map", (folder_ / "map.toml").string(), "-o", recording});
  ASSERT_EQ(imported.code, 0) << imported.err;
  const Finished without = run({"replay", recording});
  EXPECT_EQ(without.code, 64);
  EXPECT_NE(without.err.find("--universe"), std::string::npos) << without.err;
  const Finished with = run({"replay", recording, "--universe", (folder_ / "baskets.toml").string(), "--signals", "-"});
  EXPECT_EQ(with.code, 0) << with.err;
  EXPECT_TRUE(with.out.starts_with("session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags\n2026-11-19,"))
      << with.out.substr(0, 200);
}

TEST_F(RecordingProcess, JsonIsJsonAndStandardOutputIsData) {
  make_recording();
  const std::string recording = (folder_ / "recording").string(), config = (folder_ / "groundswell.toml").string();
  const auto one_object = [&](const std::vector<std::string>& words) {
    const Finished finished = run(words);
    EXPECT_EQ(finished.code, 0) << words.front() << ": " << finished.err;
    EXPECT_EQ(std::count(finished.out.begin(), finished.out.end(), '\n'), 1) << words.front();
    const json object = json::parse(finished.out, nullptr, false);
    EXPECT_TRUE(object.is_object()) << words.front() << ": " << finished.out;
    return object;
  };
  const json verified = one_object({"verify", recording, "--json"}), replayed = one_object({"replay", recording, "--json", "--digest"});
  EXPECT_EQ(verified["records"], replayed["records"]);
  EXPECT_EQ(verified["edges"], replayed["edges"]);
  EXPECT_EQ(one_object({"check", config, "--json"})["feeds"], 1);
  EXPECT_TRUE(one_object({"version", "--json"}).contains("version"));
  const Finished signals = run({"signals", "--json"});
  EXPECT_EQ(signals.code, 0);
  EXPECT_FALSE(json::parse(signals.out, nullptr, false).is_discarded());
  EXPECT_EQ(run({"replay", recording, "--digest"}).out, replayed["digest"].get<std::string>() + "\n");
  EXPECT_EQ(run({"replay", recording}).out, "");

  Program program(folder_, {"run", "-c", config, "--recording", (folder_ / "second").string(), "--json"});
  ASSERT_TRUE(program.says("running"));
  program.signal(SIGTERM);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.code, 0) << finished.err;
  const json report = json::parse(finished.out, nullptr, false);
  ASSERT_TRUE(report.is_object()) << finished.out;
  EXPECT_EQ(report["schema"], "groundswell.run/1");
  EXPECT_EQ(report["recording"], (folder_ / "second").string());
  EXPECT_EQ(report["feeds"][0]["frames"]["in"], 0);
}

}  // namespace
}  // namespace groundswell::test
