// Packed records come back byte for byte, whatever they are; damaged ones never do, and never do harm.
#include "journal/columns.hpp"
#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

std::string bytes_string(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// What comes back, or nothing and why.
std::vector<Record> decode(const std::string& bytes, std::size_t count, std::string& wrong) {
  static ColumnDecoder decoder;  // making one takes longer than using it
  std::vector<Record> records(count);
  wrong = decoder.decode(bytes_of(bytes), records);
  return wrong.empty() ? records : std::vector<Record>{};
}

void expect_round_trip(const std::vector<Record>& records) {
  static ColumnEncoder encoder;
  std::string wrong;
  EXPECT_TRUE(are_equal(decode(bytes_string(encoder.encode(records)), records.size(), wrong), records)) << wrong;
}

// Trades as they come: some symbols, prices that walk by cents, numbers that go up.
std::vector<Record> make_trades(std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<Record> records;
  std::array<std::int64_t, 50> prices;
  prices.fill(100 * kPriceScale);
  std::uint64_t time_ns = kStartNs;
  for (std::size_t i = 0; i < count; ++i) {
    time_ns += random() % 5'000'000;
    Tick tick{};
    tick.ts_event_ns = time_ns;
    tick.symbol = static_cast<std::uint32_t>(random() % prices.size());
    prices[tick.symbol] += static_cast<std::int64_t>(random() % 5) * 10'000'000 - 20'000'000;
    tick.price_e9 = prices[tick.symbol];
    tick.size = 100 * (1 + random() % 5);
    tick.trade_id = i + 1;
    tick.action = Action::kTrade;
    tick.flags = kFlagLast;
    records.push_back(numbered_tick_record(tick, i + 1, static_cast<std::int64_t>(time_ns + 700), 1));
  }
  return records;
}

TEST(JournalColumns, EveryKindOfRecordComesBack) {
  for (const std::size_t count : {1U, 2U, 255U, 256U, 257U, 5'000U, 16'384U}) expect_round_trip(make_records(count, count));
  expect_round_trip(make_trades(10'000));
  expect_round_trip({pulse_record(5, 6)});
}

TEST(JournalColumns, AnyBytesComeBack) {
  std::mt19937_64 random(11);
  for (std::size_t round = 0; round < 300; ++round) {
    std::vector<Record> records(1 + random() % 700);
    const std::uint64_t mask = round % 3 == 0 ? ~std::uint64_t{0} : random() & random();
    for (Record& record : records) {
      std::array<std::uint64_t, 8> words;
      for (std::uint64_t& word : words) word = random() & mask;
      std::memcpy(static_cast<void*>(&record), words.data(), sizeof record);
      if (random() % 4 != 0) record.kind = RecordKind::kTick;
      if (random() % 8 == 0) record.tick.price_e9 = kNoPrice;
      if (random() % 16 == 0) record.tick.price_e9 = std::numeric_limits<std::int64_t>::min();
      if (random() % 16 == 0) record.tick.size = std::uint64_t{1} << 63;
    }
    expect_round_trip(records);
  }
}

TEST(JournalColumns, AbsentPricesAmongCentsAndExtremes) {
  std::vector<Record> records = make_trades(300);
  for (std::size_t i = 0; i < records.size(); i += 3) records[i].tick.price_e9 = kNoPrice;
  expect_round_trip(records);
  records[1].tick.price_e9 = std::numeric_limits<std::int64_t>::min();  // the difference to 0 that leaves no number for absent prices
  expect_round_trip(records);
  for (Record& record : records) record.tick.price_e9 = kNoPrice;
  expect_round_trip(records);
}

TEST(JournalColumns, TradesBecomeSmall) {
  const std::vector<Record> records = make_trades(16'384);
  ColumnEncoder encoder;
  EXPECT_LT(encoder.encode(records).size(), records.size() * 6);
}

TEST(JournalColumns, AnEncoderAndADecoderAreReusable) {
  ColumnEncoder encoder;
  ColumnDecoder decoder;
  for (const std::size_t count : {9'000U, 3U, 1U, 700U}) {
    const std::vector<Record> records = make_records(count, count);
    std::vector<Record> back(count);
    EXPECT_EQ(decoder.decode(encoder.encode(records), back), "");
    EXPECT_TRUE(are_equal(back, records));
  }
}

TEST(JournalColumns, EveryCutAndEveryFlippedBitIsAnError) {
  const std::vector<Record> records = make_records(60);
  ColumnEncoder encoder;
  const std::string bytes = bytes_string(encoder.encode(records));
  std::string wrong;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    decode(bytes.substr(0, length), records.size(), wrong);
    EXPECT_NE(wrong, "") << "cut to " << length;
  }
  std::size_t unnoticed = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const std::vector<Record> back = decode(flipped, records.size(), wrong);
    if (wrong.empty()) {  // a bit that means nothing here, such as the predictor of a column that is all zero
      EXPECT_TRUE(are_equal(back, records)) << "bit " << bit;
      ++unnoticed;
    }
  }
  EXPECT_LT(unnoticed, bytes.size() * 8 / 4);
  decode(bytes + '\0', records.size(), wrong);
  EXPECT_NE(wrong, "");
  for (const std::size_t count : {0U, 1U, 59U, 61U, 16'385U}) {
    decode(bytes, count, wrong);
    EXPECT_NE(wrong, "") << count << " records";
  }
}

TEST(JournalColumns, GarbageIsAnError) {
  std::mt19937_64 random(17);
  ColumnDecoder decoder;
  std::vector<Record> records(64);
  for (std::size_t round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 600, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 256);
    EXPECT_NE(decoder.decode(bytes_of(bytes), records), "");
  }
}

}  // namespace
}  // namespace groundswell::journal
