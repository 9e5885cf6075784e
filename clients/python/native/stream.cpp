#include <Python.h>

#include <cerrno>
#include <exception>

#include "tables.hpp"

namespace groundswell::python {
namespace {

class Unlocked {
 public:
  Unlocked() : state_(PyGILState_Check() != 0 ? PyEval_SaveThread() : nullptr) {}
  ~Unlocked() {
    if (state_ != nullptr) PyEval_RestoreThread(state_);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* state_;
};

struct Stream {
  std::unique_ptr<Source> source;
  std::string error;

  template <class Work>
  int run(Work&& work) noexcept {
    try {
      const Unlocked unlocked;
      work();
      return 0;
    } catch (const std::bad_alloc&) {
      error = "out of memory";
      return ENOMEM;
    } catch (const std::exception& failure) {
      error = failure.what();
      return EIO;
    }
  }
};

Stream& held(ArrowArrayStream* stream) { return *static_cast<Stream*>(stream->private_data); }

}  // namespace

void export_stream(std::unique_ptr<Source> source, ArrowArrayStream* out) {
  *out = {.get_schema = [](ArrowArrayStream* stream,
                           ArrowSchema* schema) { return held(stream).run([&] { export_schema(held(stream).source->fields(), schema); }); },
          .get_next =
              [](ArrowArrayStream* stream, ArrowArray* array) {
                return held(stream).run([&] {
                  *array = {};  // without `release`: the end
                  if (auto columns = held(stream).source->next()) export_batch(std::move(*columns), array);
                });
              },
          .get_last_error = [](ArrowArrayStream* stream) { return held(stream).error.c_str(); },
          .release =
              [](ArrowArrayStream* stream) {
                delete &held(stream);
                stream->release = nullptr;
              },
          .private_data = new Stream{std::move(source), {}}};
}

}  // namespace groundswell::python
