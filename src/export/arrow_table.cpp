// Apache Arrow IPC, by its specification (format/Schema.fbs, Message.fbs and File.fbs of the Arrow project, version V5): the stream format,
// and around it the file format. The metadata are a few FlatBuffers tables, written field by field; a number in a call is a field's place
// in its table, and a field that is left out has the default of the specification. The only file that includes flatbuffers.
#include <flatbuffers/flatbuffers.h>

#include <array>
#include <bit>
#include <chrono>
#include <cstring>

#include "export/table.hpp"

namespace groundswell::exporter {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::String;
struct Table_ {};  // any table: the builder wants a type
using TableOffset = Offset<Table_>;

static_assert(std::endian::native == std::endian::little, "buffers are written as they are in memory");
constexpr std::size_t kBatchRows = 65'536, kBatchTextBytes = std::size_t{1} << 28, kAlign = 8;
constexpr std::string_view kMagic = "ARROW1";
constexpr std::int16_t kVersion5 = 4;
enum class Header : std::uint8_t { kSchema = 1, kDictionaryBatch = 2, kRecordBatch = 3 };
enum class Type : std::uint8_t { kInt = 2, kFloatingPoint = 3, kUtf8 = 5, kDecimal = 7, kDate = 8, kTimestamp = 10 };

struct FieldNode {
  std::int64_t length, null_count;
};
struct Buffer {
  std::int64_t offset, length;
};
struct Block {
  std::int64_t offset;
  std::int32_t metadata_bytes, zero;
  std::int64_t body_bytes;
};
static_assert(sizeof(FieldNode) == 16 && sizeof(Buffer) == 16 && sizeof(Block) == 24);

class Fields {  // of one table, while no other is open
 public:
  explicit Fields(Builder& builder) : builder_(builder), start_(builder.StartTable()) {}
  template <class Number>
  Fields& number(int place, Number value, Number otherwise = 0) {
    builder_.AddElement<Number>(slot(place), value, otherwise);
    return *this;
  }
  template <class T>
  Fields& offset(int place, Offset<T> value) {
    builder_.AddOffset(slot(place), value);
    return *this;
  }
  TableOffset end() { return TableOffset(builder_.EndTable(start_)); }

 private:
  static flatbuffers::voffset_t slot(int place) { return static_cast<flatbuffers::voffset_t>(4 + 2 * place); }
  Builder& builder_;
  flatbuffers::uoffset_t start_;
};

TableOffset int_type(Builder& b, std::int32_t bits, bool is_signed) {
  return Fields(b).number(0, bits).number(1, static_cast<std::uint8_t>(is_signed)).end();
}
struct TypeTable {
  Type type;
  TableOffset table;
};
TypeTable type_of(Builder& b, ColumnType type) {
  switch (type) {
    case ColumnType::kInteger: return {Type::kInt, int_type(b, 64, true)};
    case ColumnType::kUnsigned: return {Type::kInt, int_type(b, 64, false)};
    case ColumnType::kNumber: return {Type::kFloatingPoint, Fields(b).number<std::int16_t>(0, 2).end()};  // double
    case ColumnType::kPrice: return {Type::kDecimal, Fields(b).number(0, 19).number(1, 9).number(2, 128, 128).end()};
    case ColumnType::kDate: return {Type::kDate, Fields(b).number<std::int16_t>(0, 0, 1).end()};  // days, not the default
    case ColumnType::kInstant: {
      const auto zone = b.CreateString("UTC");
      return {Type::kTimestamp, Fields(b).number<std::int16_t>(0, 3).offset(1, zone).end()};  // nanoseconds
    }
    case ColumnType::kWord:
    case ColumnType::kText:
    case ColumnType::kFlags:
    case ColumnType::kJson: break;
  }
  return {Type::kUtf8, Fields(b).end()};
}
TableOffset field_of(Builder& b, const Column& column, std::int64_t dictionary_id) {
  const auto name = b.CreateString(column.name);
  const TypeTable type = type_of(b, column.type);
  TableOffset dictionary;
  if (column.type == ColumnType::kWord) {
    const auto index = int_type(b, 32, true);
    dictionary = Fields(b).number(0, dictionary_id).offset(1, index).end();
  }
  const auto children = b.CreateVector(std::vector<TableOffset>());
  Fields field(b);
  field.offset(0, name).number(1, static_cast<std::uint8_t>(column.nullable)).number(2, static_cast<std::uint8_t>(type.type));
  field.offset(3, type.table).offset(5, children);
  if (!dictionary.IsNull()) field.offset(4, dictionary);
  return field.end();
}
TableOffset schema_of(Builder& b, const std::vector<Column>& columns) {
  std::vector<TableOffset> fields;
  for (std::size_t i = 0; i < columns.size(); ++i) fields.push_back(field_of(b, columns[i], static_cast<std::int64_t>(i)));
  const auto all = b.CreateVector(fields);
  return Fields(b).offset(1, all).end();
}

std::int32_t days_of(std::uint32_t date) {  // since 1970-01-01
  using namespace std::chrono;
  const year_month_day day{year{static_cast<int>(date / 10'000)}, month{date / 100 % 100}, std::chrono::day{date % 100}};
  return static_cast<std::int32_t>(sys_days{day}.time_since_epoch().count());
}

class Body {  // buffers one behind the other, and where they are
 public:
  void add(std::string_view bytes) {
    buffers_.push_back({static_cast<std::int64_t>(bytes_.size()), static_cast<std::int64_t>(bytes.size())});
    bytes_ += bytes;
    bytes_.resize((bytes_.size() + kAlign - 1) / kAlign * kAlign);
  }
  void node(std::size_t length, std::size_t nulls) {
    nodes_.push_back({static_cast<std::int64_t>(length), static_cast<std::int64_t>(nulls)});
  }
  TableOffset batch(Builder& b, std::size_t rows) const {
    const auto nodes = b.CreateVectorOfStructs(nodes_);
    const auto buffers = b.CreateVectorOfStructs(buffers_);
    return Fields(b).number(0, static_cast<std::int64_t>(rows)).offset(1, nodes).offset(2, buffers).end();
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::vector<FieldNode> nodes_;
  std::vector<Buffer> buffers_;
  std::string bytes_;
};

class ColumnBuffers {
 public:
  explicit ColumnBuffers(const Column& column) : column_(column) { clear(); }
  void add(const Cell& cell) {
    if (column_.nullable) {
      if (length_ % 8 == 0) valid_ += '\0';
      if (cell.present) valid_.back() = static_cast<char>(valid_.back() | 1 << length_ % 8);
    }
    nulls_ += !cell.present;
    ++length_;
    switch (column_.type) {
      case ColumnType::kNumber: return put(cell.present ? cell.number : 0.0);
      case ColumnType::kPrice: put(cell.integer); return put(std::int64_t{cell.integer < 0 ? -1 : 0});  // the upper half of 128 bits
      case ColumnType::kDate: return put(cell.present ? days_of(static_cast<std::uint32_t>(cell.integer)) : 0);
      case ColumnType::kWord: return put(static_cast<std::int32_t>(cell.integer));
      case ColumnType::kText:
      case ColumnType::kJson: return put_text(cell.text);
      case ColumnType::kFlags: return put_text(pipeline::flags_text(static_cast<std::uint32_t>(cell.integer)));
      default: put(cell.integer);
    }
  }
  bool has_texts() const {
    return column_.type == ColumnType::kText || column_.type == ColumnType::kJson || column_.type == ColumnType::kFlags;
  }
  std::size_t bytes() const { return data_.size(); }
  void move_to(Body& body) {
    body.node(length_, nulls_);
    body.add(nulls_ == 0 ? std::string_view() : valid_);
    if (has_texts()) body.add({reinterpret_cast<const char*>(ends_.data()), ends_.size() * sizeof ends_[0]});
    body.add(data_);
    clear();
  }

 private:
  void clear() {
    valid_.clear();
    data_.clear();
    ends_.assign(1, 0);
    length_ = nulls_ = 0;
  }
  template <class Value>
  void put(Value value) {
    const auto bytes = std::bit_cast<std::array<char, sizeof value>>(value);
    data_.append(bytes.data(), bytes.size());
  }
  void put_text(std::string_view text) {
    data_ += text;
    ends_.push_back(static_cast<std::int32_t>(data_.size()));
  }
  const Column& column_;
  std::string valid_, data_;
  std::vector<std::int32_t> ends_;  // of texts, from 0
  std::size_t length_ = 0, nulls_ = 0;
};

class ArrowTable final : public Table {
 public:
  ArrowTable(std::vector<Column> columns, OutputFile& out) : columns_(std::move(columns)), out_(out) {
    for (const Column& column : columns_) buffers_.emplace_back(column);
    if (!out_.is_pipe()) out_.write(std::string(kMagic) + std::string(kAlign - kMagic.size(), '\0'));
    Builder builder;
    message(builder, Header::kSchema, schema_of(builder, columns_), {});
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].type == ColumnType::kWord) dictionary(i);
    }
  }
  void add(std::span<const Cell> row) noexcept override {
    std::size_t largest = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      buffers_[i].add(row[i]);
      largest = std::max(largest, buffers_[i].bytes());
    }
    ++rows_;
    if (++batch_rows_ == kBatchRows || largest >= kBatchTextBytes) flush();
  }
  Result<void> finish() override {
    if (batch_rows_ > 0) flush();
    const std::array<std::uint32_t, 2> end{0xFFFFFFFFU, 0};
    out_.write({reinterpret_cast<const char*>(end.data()), sizeof end});
    if (!out_.is_pipe()) footer();
    return {};
  }

 private:
  void dictionary(std::size_t column) {
    const Column texts{.name = {}, .type = ColumnType::kText, .words = {}};
    ColumnBuffers words(texts);
    for (const std::string& word : columns_[column].words) words.add(Cell::of_text(word));
    Body body;
    words.move_to(body);
    Builder builder;
    const auto batch = body.batch(builder, columns_[column].words.size());
    const auto table = Fields(builder).number(0, static_cast<std::int64_t>(column)).offset(1, batch).end();
    dictionaries_.push_back(message(builder, Header::kDictionaryBatch, table, body.bytes()));
  }
  void flush() noexcept {
    Body body;
    for (ColumnBuffers& buffers : buffers_) buffers.move_to(body);
    Builder builder;
    const auto batch = body.batch(builder, batch_rows_);
    batches_.push_back(message(builder, Header::kRecordBatch, batch, body.bytes()));
    batch_rows_ = 0;
  }
  Block message(Builder& builder, Header header, TableOffset table, std::string_view body) {
    const auto root = Fields(builder)
                          .number(0, kVersion5)
                          .number(1, static_cast<std::uint8_t>(header))
                          .offset(2, table)
                          .number(3, static_cast<std::int64_t>(body.size()))
                          .end();
    builder.Finish(root);
    const std::size_t padding = (kAlign - builder.GetSize() % kAlign) % kAlign;
    const auto metadata_bytes = static_cast<std::uint32_t>(builder.GetSize() + padding);
    const std::array<std::uint32_t, 2> prefix{0xFFFFFFFFU, metadata_bytes};
    const Block block{static_cast<std::int64_t>(out_.bytes()), static_cast<std::int32_t>(sizeof prefix + metadata_bytes), 0,
                      static_cast<std::int64_t>(body.size())};
    out_.write({reinterpret_cast<const char*>(prefix.data()), sizeof prefix});
    out_.write({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
    out_.write(std::string(padding, '\0'));
    out_.write(body);
    return block;
  }
  void footer() {
    Builder builder;
    const auto schema = schema_of(builder, columns_);
    const auto dictionaries = builder.CreateVectorOfStructs(dictionaries_);
    const auto batches = builder.CreateVectorOfStructs(batches_);
    builder.Finish(Fields(builder).number(0, kVersion5).offset(1, schema).offset(2, dictionaries).offset(3, batches).end());
    const auto bytes = static_cast<std::int32_t>(builder.GetSize());
    out_.write({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
    out_.write({reinterpret_cast<const char*>(&bytes), sizeof bytes});
    out_.write(kMagic);
  }

  const std::vector<Column> columns_;
  OutputFile& out_;
  std::vector<ColumnBuffers> buffers_;
  std::vector<Block> dictionaries_, batches_;
  std::size_t batch_rows_ = 0;
};

}  // namespace

std::unique_ptr<Table> make_arrow(std::vector<Column> columns, OutputFile& out) {
  return std::make_unique<ArrowTable>(std::move(columns), out);
}

}  // namespace groundswell::exporter
