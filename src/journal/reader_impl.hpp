// What a Reader holds. For reader.cpp, and for the writer that goes on with what it has read.
#pragma once

#include <memory>
#include <vector>

#include "journal/reader.hpp"
#include "journal/segment_reader.hpp"

namespace groundswell::journal {

struct Reader::Impl {
  std::shared_ptr<std::vector<SegmentReader>> segments = std::make_shared<std::vector<SegmentReader>>();  // shared with every duplicate
  RecordingInfo info;
  Position end;             // of the recording
  std::size_t segment = 0;  // of the next block
  std::uint64_t offset = kFileHeaderBytes;
  Unpacker unpacker;  // holds the payload that next() gave, if its block is packed
};

}  // namespace groundswell::journal
