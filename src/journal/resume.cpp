// A recording is taken up again: first held, then gone on with. Between the two its reader says what is in it.
#include <fcntl.h>

#include "journal/create.hpp"
#include "journal/reader.hpp"

namespace groundswell::journal {

HeldRecording::HeldRecording(std::filesystem::path of, Descriptor its_directory, Descriptor its_lock, Reader its_reader)
    : path(std::move(of)),
      directory(std::move(its_directory)),
      lock(std::move(its_lock)),
      reader(std::make_unique<Reader>(std::move(its_reader))) {}
HeldRecording::HeldRecording(HeldRecording&&) noexcept = default;
HeldRecording::~HeldRecording() = default;

Result<HeldRecording> hold_recording(const std::filesystem::path& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  Result<LockedDirectory> locked = lock_recording_directory(path);
  if (!locked) return locked.error();
  Result<Reader> reader = Reader::open(path, progress);
  if (!reader) return reader.error();
  return HeldRecording(path, std::move(locked->directory), std::move(locked->lock), std::move(*reader));
}

}  // namespace groundswell::journal
