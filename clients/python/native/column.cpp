#include "column.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace groundswell::python {
namespace {

constexpr std::size_t kAlignment = 64;

}  // namespace

void Buffer::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  const std::size_t capacity = (std::max(bytes, capacity_ * 2) + kAlignment - 1) / kAlignment * kAlignment;
  std::unique_ptr<std::byte, Free> grown(static_cast<std::byte*>(std::aligned_alloc(kAlignment, capacity)));
  if (!grown) throw std::bad_alloc();
  if (size_ > 0) std::memcpy(grown.get(), bytes_.get(), size_);
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

std::byte* Buffer::extend(std::size_t bytes) {
  reserve(std::max<std::size_t>(size_ + bytes, kAlignment));
  std::byte* const begin = bytes_.get() + size_;
  size_ += bytes;
  return begin;
}

void Words::add(std::string_view word) {
  text += word;
  offsets.push_back(static_cast<std::int32_t>(text.size()));
}

Column::Column(const Field& field) : format_(field.format) {
  if (format_ == "u" || format_ == "+l") *reinterpret_cast<std::int32_t*>(values_.extend(sizeof(std::int32_t))) = 0;
  for (const Field& child : field.children) children_.emplace_back(child);
}

void Column::grow_validity() { valid_.resize(std::max((rows_ + 7) / 8, valid_.size() * 2), 0xff); }

void Column::push_text(std::string_view text) {
  if (!text.empty()) std::memcpy(text_.extend(text.size()), text.data(), text.size());
  push<std::int32_t>(static_cast<std::int32_t>(text_.size()));
}

void Column::end_list() { push<std::int32_t>(static_cast<std::int32_t>(children_.front().rows())); }

// What an exported array points to.
struct Column::Held {
  Column column;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray words{};
  std::array<const void*, 3> word_buffers{};

  static void release(ArrowArray* array) {
    auto* const held = static_cast<Held*>(array->private_data);
    for (ArrowArray& child : held->children) {
      if (child.release != nullptr) child.release(&child);
    }
    if (array->dictionary != nullptr && array->dictionary->release != nullptr) array->dictionary->release(array->dictionary);
    array->release = nullptr;
    delete held;
  }
};

namespace {

// A dictionary outlives the batch when somebody takes it: it has a share of its own.
void release_words(ArrowArray* array) {
  delete static_cast<std::pair<Dictionary, std::array<const void*, 3>>*>(array->private_data);
  array->release = nullptr;
}

void export_words(const Dictionary& words, ArrowArray* out) {
  auto* const held = new std::pair<Dictionary, std::array<const void*, 3>>(words, {nullptr, words->offsets.data(), words->text.data()});
  *out = {.length = static_cast<std::int64_t>(words->size()),
          .null_count = 0,
          .offset = 0,
          .n_buffers = 3,
          .n_children = 0,
          .buffers = held->second.data(),
          .children = nullptr,
          .dictionary = nullptr,
          .release = release_words,
          .private_data = held};
}

}  // namespace

void Column::hand_over(ArrowArray* out) && {
  auto held = std::make_unique<Held>(Held{.column = std::move(*this)});
  Column& column = held->column;
  const bool is_struct = column.format_ == "+s", is_text = column.format_ == "u";
  if (column.nulls_ > 0) column.valid_.resize((column.rows_ + 7) / 8, 0xff);
  held->buffers = {column.nulls_ > 0 ? column.valid_.data() : nullptr, column.values_.data(), column.text_.data()};
  static const std::byte kNothing[kAlignment]{};  // an empty buffer has an address all the same
  if (held->buffers[1] == nullptr) held->buffers[1] = kNothing;
  if (held->buffers[2] == nullptr) held->buffers[2] = kNothing;
  held->children.resize(column.children_.size());
  for (std::size_t i = 0; i < held->children.size(); ++i) {
    std::move(column.children_[i]).hand_over(&held->children[i]);
    held->child_pointers.push_back(&held->children[i]);
  }
  if (column.words_) export_words(column.words_, &held->words);
  *out = {.length = static_cast<std::int64_t>(column.rows_),
          .null_count = static_cast<std::int64_t>(column.nulls_),
          .offset = 0,
          .n_buffers = is_struct ? 1 : (is_text ? 3 : 2),
          .n_children = static_cast<std::int64_t>(held->children.size()),
          .buffers = held->buffers.data(),
          .children = held->child_pointers.data(),
          .dictionary = column.words_ ? &held->words : nullptr,
          .release = Held::release,
          .private_data = held.get()};
  held.release();  // NOLINT(bugprone-unused-return-value): the array's own from here on
}

namespace {

struct HeldSchema {
  Field field;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
  ArrowSchema words{};

  static void release(ArrowSchema* schema) {
    auto* const held = static_cast<HeldSchema*>(schema->private_data);
    for (ArrowSchema& child : held->children) {
      if (child.release != nullptr) child.release(&child);
    }
    if (schema->dictionary != nullptr && schema->dictionary->release != nullptr) schema->dictionary->release(schema->dictionary);
    schema->release = nullptr;
    delete held;
  }
};

void export_field(const Field& field, ArrowSchema* out) {
  auto held = std::make_unique<HeldSchema>(HeldSchema{.field = field});
  held->children.resize(field.children.size());
  for (std::size_t i = 0; i < field.children.size(); ++i) {
    export_field(field.children[i], &held->children[i]);
    held->child_pointers.push_back(&held->children[i]);
  }
  if (field.has_words) export_field({.name = "", .format = "u"}, &held->words);
  *out = {.format = held->field.format.c_str(),
          .name = held->field.name.c_str(),
          .metadata = nullptr,
          .flags = field.nullable ? ARROW_FLAG_NULLABLE : 0,
          .n_children = static_cast<std::int64_t>(held->children.size()),
          .children = held->child_pointers.data(),
          .dictionary = field.has_words ? &held->words : nullptr,
          .release = HeldSchema::release,
          .private_data = held.get()};
  held.release();  // NOLINT(bugprone-unused-return-value): the schema's own from here on
}

}  // namespace

void export_schema(const std::vector<Field>& fields, ArrowSchema* out) {
  export_field({.name = "", .format = "+s", .children = fields}, out);
}

void export_batch(std::vector<Column>&& columns, ArrowArray* out) {
  Column batch(Field{.name = "", .format = "+s"});
  if (!columns.empty()) batch.count_rows(columns.front().rows());
  batch.children() = std::move(columns);
  std::move(batch).hand_over(out);
}

}  // namespace groundswell::python
