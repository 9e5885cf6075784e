// What the journal tests share: a scratch directory, made-up records, and files as bytes.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "journal/reader.hpp"
#include "journal/writer.hpp"

namespace groundswell::journal {

namespace fs = std::filesystem;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (fs::temp_directory_path() / "groundswell-journal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline constexpr std::uint64_t kStartNs = 1'706'625'000'000'000'000;  // 2024-01-30 14:30 UTC

inline std::vector<Record> make_records(std::size_t count, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<Record> records;
  std::uint64_t time_ns = kStartNs;
  for (std::size_t i = 0; i < count; ++i) {
    time_ns += random() % 1'000'000;
    const auto recv_ns = static_cast<std::int64_t>(time_ns + 500);
    switch (random() % 8) {
      case 0: records.push_back(pulse_record(time_ns, recv_ns)); break;
      case 1: records.push_back(gap_record(7, i, i + 3, GapCause::kLost, recv_ns, 2)); break;
      case 2:
        records.push_back(roll_record(20240130, SessionMode::kLive, kStartNs, kStartNs + 1, 0, kStartNs + 2, kRollAmended, recv_ns));
        break;
      default: {
        Tick tick{};
        tick.ts_event_ns = time_ns;
        tick.price_e9 = static_cast<std::int64_t>(random() % 1'000'000'000'000);
        tick.size = random() % 10'000;
        tick.trade_id = random();
        tick.symbol = static_cast<std::uint32_t>(random() % 500);
        tick.action = Action::kTrade;
        tick.flags = kFlagLast;
        records.push_back(tick_record(tick, recv_ns, 1));
      }
    }
  }
  return records;
}

inline std::vector<Record> read_records(Reader& reader) {
  std::vector<Record> records;
  while (const std::optional<BlockView> block = reader.next()) {
    if (block->type != BlockType::kRecords) continue;
    EXPECT_EQ(block->first_jseq, records.size() + 1);
    const std::span<const Record> of_block = block->records();
    records.insert(records.end(), of_block.begin(), of_block.end());
  }
  EXPECT_EQ(records.size(), reader.info().records);
  return records;
}

inline bool same_bytes(const Record* left, const Record* right, std::size_t count) {
  return count == 0 || std::memcmp(static_cast<const void*>(left), static_cast<const void*>(right), count * kRecordBytes) == 0;
}
inline bool is_prefix(const std::vector<Record>& records, const std::vector<Record>& of) {
  return records.size() <= of.size() && same_bytes(records.data(), of.data(), records.size());
}
inline bool are_equal(const std::vector<Record>& left, const std::vector<Record>& right) {
  return left.size() == right.size() && is_prefix(left, right);
}

inline std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

// In place: truncating and rewriting a file thousands of times makes some file systems wait for the disk each time.
inline void put_byte(const fs::path& path, std::size_t offset, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

// What the header of the block at `offset` says; the bytes must be there.
inline BlockHeader block_at(const std::string& file, std::size_t offset) {
  BlockHeader header;
  std::memcpy(&header, file.data() + offset, sizeof header);
  return header;
}
// Offsets of all blocks of a file that ends with a whole block.
inline std::vector<std::size_t> block_offsets(const std::string& file) {
  std::vector<std::size_t> offsets;
  for (std::size_t offset = kFileHeaderBytes; offset < file.size();) {
    offsets.push_back(offset);
    offset += block_bytes_on_disk(block_at(file, offset).stored_bytes);
  }
  return offsets;
}
// Makes the block's checksum right again after a change.
inline void reseal(std::string& file, std::size_t offset) {
  FileHeader file_header;
  std::memcpy(&file_header, file.data(), sizeof file_header);
  BlockHeader header = block_at(file, offset);
  header.crc = block_crc(header, reinterpret_cast<const std::byte*>(file.data() + offset + kBlockHeaderBytes),
                         block_crc_seed(file_header.segment_uuid));
  std::memcpy(file.data() + offset, &header, sizeof header);
}
inline void reseal_file_header(std::string& file) {
  FileHeader header;
  std::memcpy(&header, file.data(), sizeof header);
  header.crc = file_header_crc(header);
  std::memcpy(file.data(), &header, sizeof header);
}

inline WriterOptions small_blocks(std::size_t records_per_block = 4) {
  WriterOptions options;
  options.recording_id = 42;
  options.created_ns = static_cast<std::int64_t>(kStartNs);
  options.block_bytes = records_per_block * kRecordBytes;
  return options;
}

inline std::vector<ConfigText> some_config() { return {{"groundswell.toml", "[engine]\n"}, {"baskets.toml", ""}, {"x", "odd length"}}; }
inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

template <class AnyResult>
testing::AssertionResult succeeds(const AnyResult& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result.error().message;
}
template <class AnyResult>
testing::AssertionResult fails(const AnyResult& result, Exit exit, std::string_view part) {
  if (result) return testing::AssertionFailure() << "succeeds, expected: " << part;
  if (result.error().exit == exit && result.error().message.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "exit " << static_cast<int>(result.error().exit) << ": " << result.error().message
                                     << "; expected exit " << static_cast<int>(exit) << ": … " << part;
}

}  // namespace groundswell::journal

#define ASSERT_GOOD(result) ASSERT_TRUE(succeeds(result))
#define EXPECT_FAILS(result, exit_code, part) EXPECT_TRUE(fails(result, exit_code, part))
