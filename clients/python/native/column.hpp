// Columns being filled in the Arrow columnar format, and batches of them handed over through the Arrow C data interface. Whoever takes a
// batch owns its memory; nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow_abi.hpp"

namespace groundswell::python {

// Bytes that grow, aligned as Arrow asks for. What grows is not initialized.
class Buffer {
 public:
  std::byte* extend(std::size_t bytes);
  void reserve(std::size_t bytes);
  const std::byte* data() const noexcept { return bytes_.get(); }
  std::byte* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }  // of aligned_alloc
  };
  std::unique_ptr<std::byte, Free> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

// What the indices of a dictionary column stand for. Immutable, shared by batches.
struct Words {
  std::vector<std::int32_t> offsets{0};
  std::string text;
  void add(std::string_view word);
  std::size_t size() const noexcept { return offsets.size() - 1; }
};
using Dictionary = std::shared_ptr<const Words>;

template <class Names>
Dictionary dictionary_of(const Names& names) {
  Words words;
  for (const auto& name : names) words.add(name);
  return std::make_shared<const Words>(std::move(words));
}

struct Field {
  std::string name;
  std::string format;  // of the C data interface: "l" int64, "g" float64, "u" text, "tsn:UTC" …; of a dictionary column that of its indices
  bool nullable = false;
  bool has_words = false;  // a dictionary column: indices into text
  std::vector<Field> children{};
};

class Column {
 public:
  explicit Column(const Field& field);
  void reserve(std::size_t rows, std::size_t bytes_per_row) { values_.reserve(rows * bytes_per_row); }

  // Rows of numbers, indices or instants. T must be what the field's format says.
  template <class T>
  T* extend(std::size_t rows) {
    rows_ += rows;
    return reinterpret_cast<T*>(values_.extend(rows * sizeof(T)));
  }
  template <class T>
  void push(T value) {
    *extend<T>(1) = value;
  }
  template <class T>
  void push_if(bool present, T value) {  // else null
    push<T>(present ? value : T{});
    if (!present) set_null(rows_ - 1);
  }
  void set_null(std::size_t row) {
    if (row / 8 >= valid_.size()) grow_validity();
    const auto bit = static_cast<std::uint8_t>(1U << (row % 8));
    nulls_ += (valid_[row / 8] & bit) != 0 ? 1 : 0;
    valid_[row / 8] = static_cast<std::uint8_t>(valid_[row / 8] & ~bit);
  }
  void push_text(std::string_view text);                         // format "u"
  void end_list();                                               // format "+l": what its child has grown by since the last call is one row
  void count_rows(std::size_t rows) noexcept { rows_ += rows; }  // format "+s": its children have grown by these

  std::vector<Column>& children() noexcept { return children_; }
  std::size_t rows() const noexcept { return rows_; }
  void set_words(Dictionary words) { words_ = std::move(words); }
  void hand_over(ArrowArray* out) &&;

 private:
  struct Held;
  void grow_validity();
  Buffer values_;  // or offsets
  Buffer text_;
  std::vector<std::uint8_t> valid_;  // bit per row; empty = no nulls
  std::size_t rows_ = 0, nulls_ = 0;
  std::string format_;
  Dictionary words_;
  std::vector<Column> children_;
};

// A batch is a struct column without nulls.
void export_schema(const std::vector<Field>& fields, ArrowSchema* out);
void export_batch(std::vector<Column>&& columns, ArrowArray* out);

}  // namespace groundswell::python
