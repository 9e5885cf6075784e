// Any bytes as a recording: opened or refused, never a crash; what opens can be walked to its end, every payload readable.
// Checksums would keep nearly every mutation at the door, so the mutator starts from a real recording and makes most of them right again.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "journal/pack.hpp"
#include "journal/reader.hpp"
#include "journal/writer.hpp"
#include "wire/codec.hpp"

using namespace groundswell;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

std::uint8_t parity = 0;
void touch(std::span<const std::byte> bytes) {  // reads all of them, so that a span which leads astray is noticed
  for (const std::byte byte : bytes) parity = static_cast<std::uint8_t>(parity ^ std::to_integer<std::uint8_t>(byte));
}

std::vector<std::uint8_t> samples[2];  // a small recording with a block of every type, and the same packed

void require(bool condition) {
  if (!condition) std::abort();
}

void make_sample(const std::filesystem::path& path) {
  auto writer = journal::Writer::create(path, {.recording_id = 1, .config_hash = 2, .definition_set_hash = 3, .created_ns = 4});
  require(writer.has_value());
  const journal::ConfigText config[] = {{"groundswell.toml", "[grid]\n"}};
  const Record records[] = {roll_record(20'261'120, SessionMode::kLive, 10, 20, 0, 30), tick_record(Tick{.ts_event_ns = 11}, 12, 1),
                            pulse_record(15)};
  Catalog catalog;
  catalog.symbols = {"NVDA"};
  catalog.condition_sets.resize(1);
  wire::SignalCodec codec;
  require(writer->append_config(config).has_value() && writer->append_catalog(catalog).has_value());
  require(writer->append(records).has_value() && writer->append_edges(codec.encode(wire::EdgeBatch{}), 0).has_value());
  require(writer->append(records).has_value() && writer->close().has_value());
}

// Makes every checksum right that the file's own lengths let one find.
void repair(std::uint8_t* data, std::size_t size) {
  journal::FileHeader header;
  if (size < sizeof header) return;
  std::memcpy(&header, data, sizeof header);
  header.crc = journal::file_header_crc(header);
  std::memcpy(data, &header, sizeof header);
  const std::uint32_t seed = journal::block_crc_seed(header.segment_uuid);
  for (std::size_t at = sizeof header; at + journal::kBlockHeaderBytes <= size;) {
    journal::BlockHeader block;
    std::memcpy(&block, data + at, sizeof block);
    if (block.stored_bytes > size - at - sizeof block) return;
    block.crc = journal::block_crc(block, reinterpret_cast<const std::byte*>(data + at + sizeof block), seed);
    std::memcpy(data + at, &block, sizeof block);
    at += journal::block_bytes_on_disk(block.stored_bytes);
  }
}

void walk(journal::Reader& reader) {
  while (const auto block = reader.next()) {
    touch(block->payload);
    if (block->type == journal::BlockType::kCatalog) (void)journal::parse_catalog(block->payload);
    if (block->type == journal::BlockType::kConfig) (void)journal::parse_config(block->payload);
    if (block->type == journal::BlockType::kRecords) require(block->records().size() == block->count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / ("journal_fuzz_" + std::to_string(::getpid()) + ".gsj");
  make_sample(path);
  for (auto& sample : samples) {
    std::ifstream file(path, std::ios::binary);
    sample.assign(std::istreambuf_iterator<char>(file), {});
    require(journal::pack_recording(path).has_value());
  }
  std::filesystem::remove(path);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  const auto& sample = samples[seed / 8 % 2];
  if (size < journal::kFileHeaderBytes && sample.size() <= max_size) {
    std::copy(sample.begin(), sample.end(), data);
    size = sample.size();
  }
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 8 != 0) repair(data, size);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("recording", MFD_CLOEXEC);
  require(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size));
  {
    auto reader = journal::Reader::open("/proc/self/fd/" + std::to_string(file));
    if (reader) {
      walk(*reader);
      reader->rewind();
      walk(*reader);
    }
  }
  ::close(file);
  return 0;
}
