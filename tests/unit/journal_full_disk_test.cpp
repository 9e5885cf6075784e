// When the disk is full the writer fails with 74, and keeps failing; what it had acknowledged is intact.
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

// A limit on the size of files: a full disk that every machine has. Restored at the end.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit before_{};
  void (*old_handler_)(int) = nullptr;
};

// A file system of a megabyte.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path path) : path_(std::move(path)) {
    fs::create_directory(path_);
    error_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0 ? 0 : errno;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (error_ == 0) ::umount2(path_.c_str(), MNT_DETACH);
  }
  int error() const { return error_; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  int error_ = 0;
};

// Appends until it fails; then nothing may be lost of what was acknowledged, and no call may succeed again.
void fill(Writer& writer, const std::vector<Record>& records, std::string_view message) {
  std::size_t appended = 0;
  Result<void> result;
  while (result && appended + 7 <= records.size()) {
    result = writer.append(std::span(records).subspan(appended, 7));
    appended += 7;
  }
  EXPECT_FAILS(result, Exit::kIo, message);
  const std::uint64_t acknowledged = writer.written_jseq();
  EXPECT_GT(acknowledged, 0u);
  EXPECT_LT(acknowledged, writer.appended_jseq());
  EXPECT_FAILS(writer.append(records), Exit::kIo, message);
  EXPECT_FAILS(writer.flush(), Exit::kIo, message);
  EXPECT_FAILS(writer.append_edges(bytes_of("edges"), 1), Exit::kIo, message);
  EXPECT_FAILS(writer.append_config(some_config()), Exit::kIo, message);
  EXPECT_FAILS(writer.sync(), Exit::kIo, message);
  EXPECT_FAILS(writer.close(), Exit::kIo, message);
  EXPECT_EQ(writer.written_jseq(), acknowledged);
}

void expect_intact(const fs::path& path, std::uint64_t acknowledged, const std::vector<Record>& records) {
  Result<Reader> reader = Reader::open(path);
  ASSERT_GOOD(reader);
  EXPECT_EQ(reader->info().records, acknowledged);
  EXPECT_FALSE(reader->info().closed);
  EXPECT_TRUE(is_prefix(read_records(*reader), records));
}

TEST(JournalFullDisk, AFileAtItsSizeLimitKeepsWhatWasAcknowledged) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(2000);
  for (const rlim_t limit_bytes : {20'000u, 20'480u, 20'481u, 20'544u, 20'543u}) {
    const fs::path path = scratch / ("r" + std::to_string(limit_bytes) + ".gsj").c_str();
    std::uint64_t acknowledged = 0;
    {
      const FileSizeLimit limit(limit_bytes);
      Result<Writer> writer = Writer::create(path, small_blocks(10));
      ASSERT_GOOD(writer);
      fill(*writer, records, "File too large");
      acknowledged = writer->written_jseq();
    }
    EXPECT_EQ(acknowledged, (limit_bytes - kFileHeaderBytes) / block_bytes_on_disk(10 * kRecordBytes) * 10);
    expect_intact(path, acknowledged, records);
  }
}

TEST(JournalFullDisk, NothingIsLeftOfARecordingThatCouldNotBegin) {
  const ScratchDirectory scratch;
  WriterOptions segmented = small_blocks();
  segmented.segment_bytes = 1 << 20;
  {
    const FileSizeLimit limit(1000);
    EXPECT_FAILS(Writer::create(scratch / "r.gsj", small_blocks()), Exit::kIo, "File too large");
    EXPECT_FAILS(Writer::create(scratch / "rec", segmented), Exit::kIo, "cannot preallocate a segment: File too large");
  }
  ASSERT_GOOD(Writer::create(scratch / "r.gsj", small_blocks()));
  ASSERT_GOOD(Writer::create(scratch / "rec", segmented));
}

TEST(JournalFullDisk, AFullFileSystemKeepsWhatWasAcknowledged) {
  const ScratchDirectory scratch;
  const SmallDisk disk(scratch / "disk");
  if (disk.error() != 0) GTEST_SKIP() << "cannot mount a tmpfs here: " << std::strerror(disk.error());
  const std::vector<Record> records = make_records(20'000);
  WriterOptions segmented = small_blocks(10);
  segmented.segment_bytes = 2 << 20;
  EXPECT_FAILS(Writer::create(disk.path() / "rec", segmented), Exit::kIo, "free some space");
  segmented.segment_bytes = 300 * 1024;
  for (const WriterOptions& options : {small_blocks(10), segmented}) {
    const fs::path path = disk.path() / (options.segment_bytes == 0 ? "r.gsj" : "rec");
    std::uint64_t acknowledged = 0;
    {
      Result<Writer> writer = Writer::create(path, options);
      ASSERT_GOOD(writer);
      fill(*writer, records, "free some space");
      acknowledged = writer->written_jseq();
    }
    expect_intact(path, acknowledged, records);
    EXPECT_FALSE(fs::exists(path / "next.tmp")) << "what a failed segment had taken is given back";
    fs::remove_all(path);
  }
}

}  // namespace
}  // namespace groundswell::journal
