// Damage of what is packed shows, whatever the checksums say; and only what is the same takes the place of a segment.
#include "journal/pack.hpp"
#include "journal/packed_segment.hpp"
#include "journal/unpacker.hpp"
#include "journal_pack_support.hpp"

namespace groundswell::journal {
namespace {

TEST_F(JournalPack, EveryFlippedByteAndEveryCutShows) {
  write_packable(file, make_records(150), 0, true);
  ASSERT_GOOD(pack_recording(file));
  const std::string bytes = read_file(file);
  const std::vector<std::size_t> offsets = block_offsets(bytes);
  std::mt19937_64 random(5);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    put_byte(file, at, static_cast<char>(bytes[at] ^ (1 << random() % 8)));
    const Result<Reader> reader = Reader::open(file);
    put_byte(file, at, bytes[at]);
    if (!reader) {
      ASSERT_EQ(reader.error().exit, Exit::kBadData) << at << ": " << reader.error().message;
    } else {
      ASSERT_NE(reader->info().torn_tail, "") << at;
      ASSERT_GE(at, offsets.back());
    }
  }
  for (std::size_t length = bytes.size() - 1; length > kFileHeaderBytes; --length) {
    fs::resize_file(file, length);
    const Result<Reader> reader = Reader::open(file);
    ASSERT_GOOD(reader);
    ASSERT_FALSE(reader->info().closed) << length;
  }
}

TEST_F(JournalPack, ALieUnderARightChecksumIsDamage) {
  write_packable(file, make_records(150), 0, true);
  ASSERT_GOOD(pack_recording(file));
  const std::string bytes = read_file(file);
  std::size_t refused = 0, tried = 0;
  for (const std::size_t offset : block_offsets(bytes)) {
    const BlockHeader header = block_at(bytes, offset);
    if (header.codec == Codec::kNone) continue;
    for (std::size_t at = 0; at < header.stored_bytes; ++at, ++tried) {
      std::string changed = bytes;
      changed[offset + kBlockHeaderBytes + at] = static_cast<char>(~changed[offset + kBlockHeaderBytes + at]);
      reseal(changed, offset);
      write_file(file, changed);
      refused += Reader::open(file).has_value() ? 0 : 1;  // if nothing else, the chain of checksums in the END block
    }
    for (const std::size_t field : {offsetof(BlockHeader, raw_bytes), offsetof(BlockHeader, count), offsetof(BlockHeader, codec)}) {
      std::string changed = bytes;
      for (std::size_t byte = 0; byte < (field == offsetof(BlockHeader, codec) ? 1 : 4); ++byte) changed[offset + field + byte] = '\x7f';
      reseal(changed, offset);
      write_file(file, changed);
      EXPECT_FALSE(Reader::open(file).has_value());
    }
  }
  EXPECT_GT(tried, 0U);
  EXPECT_EQ(refused, tried);
}

// A segment, checked.
Result<SegmentReader> checked_segment(const fs::path& path) {
  Position position;
  RecordingInfo info;
  SegmentSummary summary;
  Unpacker unpacker;
  Result<SegmentReader> segment = SegmentReader::open(path, position);
  if (!segment) return segment;
  if (auto checked = segment->check(position, info, summary, unpacker, true, {}); !checked) return checked.error();
  return segment;
}

TEST_F(JournalPack, ACopyOfSomethingElseIsNotTaken) {
  write_packable(file, records, 0, true);
  ASSERT_GOOD(pack_recording(file));
  std::vector<Record> other = records;
  other[700].tick.size ^= 1;
  const std::vector<Record> fewer(records.begin(), records.end() - 1);
  std::size_t number = 0;
  for (const std::vector<Record>* each : {&records, &std::as_const(other), &fewer}) {
    const fs::path plain_path = scratch / std::to_string(++number).c_str();
    write_packable(plain_path, *each, 0, true);
    const Result<SegmentReader> plain = checked_segment(plain_path);
    ASSERT_GOOD(plain);
    const Result<void> compared = compare_packed_segment(*plain, file);
    EXPECT_EQ(compared.has_value(), each == &records);
  }
}

// A zstd frame, within `memory`, of `mebibytes` zeros: eight blocks of 128 KiB for each, of one repeated byte.
BlockHeader frame_of_zeros(std::uint32_t mebibytes, std::string& memory) {
  const std::uint32_t raw_bytes = mebibytes << 20;
  memory.assign("\x28\xB5\x2F\xFD\xA0", 5);
  memory.append(reinterpret_cast<const char*>(&raw_bytes), sizeof raw_bytes);
  for (std::uint32_t i = 0; i < mebibytes * 8; ++i) {
    const std::uint32_t block = (128U << 13) | 2U | (i + 1 == mebibytes * 8 ? 1U : 0U);
    memory.append(reinterpret_cast<const char*>(&block), 3).push_back('\0');
  }
  BlockHeader header{};
  header.type = BlockType::kEdges;
  header.codec = Codec::kZstd;
  header.raw_bytes = raw_bytes;
  header.stored_bytes = static_cast<std::uint32_t>(memory.size());
  return header;
}

TEST(JournalUnpacker, AFewBytesThatSayTheyAreManyAreRefused) {
  Unpacker unpacker;
  std::string memory;
  std::span<const std::byte> payload;
  for (const std::uint32_t mebibytes : {1U, 16U, 17U, 1024U}) {
    const BlockHeader header = frame_of_zeros(mebibytes, memory);
    const std::string wrong = unpacker.unpack(header, bytes_of(memory).data(), payload);
    EXPECT_EQ(wrong.empty(), mebibytes <= 16) << mebibytes << " MiB: " << wrong;
    EXPECT_TRUE(!wrong.empty() || payload.size() == std::size_t{mebibytes} << 20);
  }
  BlockHeader header = frame_of_zeros(1, memory);
  ++header.raw_bytes;
  EXPECT_NE(unpacker.unpack(header, bytes_of(memory).data(), payload), "");
  header = frame_of_zeros(1, memory);
  header.type = BlockType::kRecords;
  EXPECT_NE(unpacker.unpack(header, bytes_of(memory).data(), payload), "");
}

}  // namespace
}  // namespace groundswell::journal
