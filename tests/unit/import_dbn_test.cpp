// What each DBN record becomes, in every version, and what its symbol is.
#include "import_dbn_fixture.hpp"

namespace groundswell::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ImportDbn : public DbnTest {};
class ImportDbnOfVersion : public DbnTest, public testing::WithParamInterface<std::uint8_t> {};
INSTANTIATE_TEST_SUITE_P(Versions, ImportDbnOfVersion, testing::Values(1, 2, 3));

TEST_P(ImportDbnOfVersion, TradesAreMergedByTimeThenSymbol) {
  std::string bytes = dbn_metadata(header(GetParam()));
  bytes += bytes_of(dbn_trade(2, kOpenNs + kSecondNs, 20'500'000'000, 200));
  bytes += bytes_of(dbn_trade(1, kOpenNs + kSecondNs, 10'000'000'000, 100));
  bytes += bytes_of(dbn_trade(2, kOpenNs, 20'250'000'000, 300));
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.trades, 3U);
  EXPECT_EQ(report.last_of_event, 3U);
  EXPECT_EQ(report.sessions, 1U);
  EXPECT_THAT(lines(), ElementsAre("roll 20250312 live 2025-03-12T13:30:00.000Z 2025-03-12T20:00:00.000Z 2025-03-12T20:15:00.000Z "
                                   "2025-03-12T21:20:00.000Z",
                                   "BB TB 2025-03-12T13:30:00.000Z 20.25 300", "AA TB 2025-03-12T13:30:01.000Z 10 100",
                                   "BB TB 2025-03-12T13:30:01.000Z 20.5 200", "pulse 2025-03-12T21:20:00.000Z+1"));
  const Tick first = ticks().front();
  EXPECT_EQ(first.ts_recv_delta_ns, 1000);
  EXPECT_EQ(first.venue, 2);
  EXPECT_EQ(first.flags, kFlagLast);
  EXPECT_EQ(first.trade_id, 0U);
}

TEST_P(ImportDbnOfVersion, NamesComeFromDefinitionsAndMappingRecordsToo) {
  DbnHeader bare;
  bare.version = GetParam();
  std::string bytes = dbn_metadata(bare);
  bytes += bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100));  // before anything names it
  bytes += dbn_definition(GetParam(), 1, kOpenNs - kSecondNs, "AA");
  bytes += dbn_symbol_mapping(GetParam(), 2, kOpenNs, "BB", dbn::kUndefinedTime, dbn::kUndefinedTime);
  bytes += bytes_of(dbn_trade(2, kOpenNs + kDayNs, 20'000'000'000, 100));  // an open end: still BB a day later
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.definitions, 1U);
  EXPECT_EQ(report.symbol_mappings, 1U);
  EXPECT_THAT(catalog().symbols, ElementsAre("AA", "BB"));
}

TEST_P(ImportDbnOfVersion, RecordsWithTheTimeOfSending) {
  DbnHeader sends = header(GetParam());
  sends.sends_times = true;
  auto trade = dbn_trade(1, kOpenNs, 10'000'000'000, 100);
  trade.header.length_words = 14;
  std::string bytes = dbn_metadata(sends) + bytes_of(trade);
  put(bytes, kOpenNs + 5000);
  EXPECT_EQ(imported_bytes(bytes).trades, 1U);
}

TEST_F(ImportDbn, NamesAreKeptByDay) {
  DbnHeader two_days;
  two_days.mappings = {{"OLD", 1, 20250312, 20250313}, {"NEW", 1, 20250313, 20250314}};
  std::string bytes = dbn_metadata(two_days);
  bytes += bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100)) + bytes_of(dbn_trade(1, kOpenNs + kDayNs, 10'000'000'000, 100));
  EXPECT_EQ(imported_bytes(bytes).sessions, 2U);
  EXPECT_THAT(lines()[1], HasSubstr("OLD T"));
  EXPECT_THAT(lines()[4], HasSubstr("NEW T"));
}

TEST_F(ImportDbn, ANameWithoutAnEndHoldsUntilTheNextInAnyOrder) {
  const std::string trades =
      bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100)) + bytes_of(dbn_trade(1, kOpenNs + 2 * kDayNs, 10'000'000'000, 100));
  const std::string first = dbn_symbol_mapping(3, 1, kOpenNs, "OLD", dbn::kUndefinedTime, dbn::kUndefinedTime);
  const std::string second = dbn_symbol_mapping(3, 1, kOpenNs + kDayNs, "NEW", dbn::kUndefinedTime, dbn::kUndefinedTime);
  for (const std::string& names : {first + second, second + first}) {
    EXPECT_EQ(imported_bytes(dbn_metadata({}) + trades + names).trades, 2U);
    EXPECT_THAT(lines()[1], HasSubstr("OLD T"));
    EXPECT_THAT(lines()[4], HasSubstr("NEW T"));
  }
}

TEST_F(ImportDbn, AMappingFromInstrumentsToSymbols) {
  DbnHeader turned = header();
  turned.type_in = 0;
  turned.type_out = 1;
  EXPECT_EQ(imported_bytes(dbn_metadata(turned) + bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100))).trades, 1U);
  EXPECT_THAT(catalog().symbols, ElementsAre("AA"));
}

TEST_F(ImportDbn, DefinitionsOfAnotherFileOfTheDataSet) {
  const auto trades = write("a/trades.dbn", dbn_metadata({}) + bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100)));
  const auto definitions = write("b/definition.dbn", dbn_metadata({}) + dbn_definition(3, 1, kOpenNs - kSecondNs, "AA"));
  EXPECT_EQ(imported({trades, definitions}).trades, 1U);
  DbnHeader other;
  other.dataset = "XNYS.PILLAR";
  const auto elsewhere = write("b/other.dbn", dbn_metadata(other) + dbn_definition(3, 1, kOpenNs - kSecondNs, "ZZ"));
  EXPECT_EQ(imported({trades, definitions, elsewhere}).trades, 1U);
  EXPECT_THAT(catalog().symbols, ElementsAre("AA"));
}

TEST_F(ImportDbn, QuotesOnlyWhenAskedFor) {
  const std::string bytes = dbn_metadata(header()) + bytes_of(dbn_book(1, kOpenNs, 'A')) + bytes_of(dbn_book(1, kOpenNs, 'T'));
  const DbnReport without = imported_bytes(bytes);
  EXPECT_EQ(without.trades, 1U);
  EXPECT_EQ(without.quotes, 0U);
  EXPECT_EQ(without.other_actions, 1U);
  const DbnReport with = imported_bytes(bytes, true);
  EXPECT_EQ(with.trades, 1U);
  EXPECT_EQ(with.quotes, 2U);
  EXPECT_EQ(with.records_used, 2U);
  const std::string at = " 2025-03-12T13:30:00.000Z ";
  EXPECT_THAT(lines(), testing::IsSupersetOf({"AA QB" + at + "99 300", "AA QA" + at + "101 400", "AA TB" + at + "100 7"}));
  std::vector<std::string> actions;
  for (const Tick& tick : ticks()) actions.push_back({static_cast<char>(tick.action), tick.flags == kFlagLast ? '.' : ' '});
  EXPECT_THAT(actions, ElementsAre("Q ", "Q.", "Q ", "Q.", "T."));
}

TEST_F(ImportDbn, AQuoteWithoutOneSide) {
  auto book = dbn_book(1, kOpenNs, 'C');
  book.bid_price_e9 = dbn::kUndefinedPrice;
  EXPECT_EQ(imported_bytes(dbn_metadata(header()) + bytes_of(book), true).quotes, 1U);
  EXPECT_EQ(ticks()[0].price_e9, kNoPrice);
  EXPECT_EQ(ticks()[0].size, 0U);
  EXPECT_EQ(ticks()[1].price_e9, 101'000'000'000);
}

TEST_F(ImportDbn, BarsNameTheirEnd) {
  const std::string bytes = dbn_metadata(header()) + bytes_of(dbn_bar(dbn::kTypeBarMinute, 1, kOpenNs, 500)) +
                            bytes_of(dbn_bar(dbn::kTypeBarMinute, 2, kOpenNs, 0));
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.bars, 1U);
  EXPECT_EQ(report.rows_zero_volume, 1U);
  const std::string at = " 2025-03-12T13:31:00.000Z ";
  EXPECT_THAT(lines(), testing::IsSupersetOf({"AA o" + at + "10 0", "AA h" + at + "12 0", "AA l" + at + "9 0", "AA c" + at + "11 500"}));
  for (const Tick& tick : ticks()) EXPECT_EQ(tick.trade_id, 60 * kSecondNs);
}

TEST_F(ImportDbn, BarsOfADayAreWholeSessions) {
  const std::uint64_t midnight_ns = kOpenNs - kOpenNs % kDayNs;
  EXPECT_EQ(imported_bytes(dbn_metadata(header()) + bytes_of(dbn_bar(dbn::kTypeBarDay, 1, midnight_ns, 500))).sessions, 1U);
  EXPECT_THAT(lines().front(), HasSubstr("roll 20250312 bars"));
  for (const Tick& tick : ticks()) EXPECT_EQ(tick.trade_id, 0U);
}

TEST_F(ImportDbn, StatusesHaltAndResume) {
  std::string bytes = dbn_metadata(header());
  for (const auto& [action, reason] : std::initializer_list<std::pair<int, int>>{
           {8, 30}, {7, 0}, {9, 50}, {10, 14}, {8, 120}, {8, 123}, {7, 124}, {15, 0}, {3, 31}, {14, 0}, {99, 0}, {8, 999}}) {
    bytes += bytes_of(dbn_status(1, kOpenNs, static_cast<std::uint16_t>(action), static_cast<std::uint16_t>(reason)));
  }
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.statuses, 9U);
  EXPECT_EQ(report.no_trading_change, 3U);
  EXPECT_EQ(report.unknown_status, 2U);
  std::vector<StatusCode> codes;
  for (const Tick& tick : ticks()) {
    EXPECT_EQ(tick.action, Action::kStatus);
    EXPECT_EQ(tick.flags, kFlagLast);
    codes.push_back(static_cast<StatusCode>(tick.trade_id));
  }
  EXPECT_THAT(codes, ElementsAre(StatusCode::kHalt, StatusCode::kResume, StatusCode::kHalt, StatusCode::kHalt, StatusCode::kMarketHalt,
                                 StatusCode::kMarketHalt, StatusCode::kMarketResume, StatusCode::kHalt, StatusCode::kHalt));
}

TEST_F(ImportDbn, WhatHasNoPriceOrTimeIsCountedAndLeftOut) {
  std::string bytes = dbn_metadata(header());
  bytes += bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100));
  bytes += bytes_of(dbn_trade(1, kOpenNs, dbn::kUndefinedPrice, 100));
  bytes += bytes_of(dbn_trade(1, dbn::kUndefinedTime, 10'000'000'000, 100));
  for (const std::int64_t price_e9 : {std::int64_t{0}, std::int64_t{-1}, kMaxPriceE9, std::numeric_limits<std::int64_t>::min()})
    bytes += bytes_of(dbn_trade(1, kOpenNs, price_e9, 100));
  for (const std::uint32_t size : {std::uint32_t{0}, dbn::kUndefinedSize}) bytes += bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, size));
  for (const std::uint64_t time_ns : {std::uint64_t{0}, dbn::kUndefinedTime - 1})
    bytes += bytes_of(dbn_trade(1, time_ns, 10'000'000'000, 100));
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.trades, 1U);
  EXPECT_EQ(report.no_price, 1U);
  EXPECT_EQ(report.no_time, 1U);
  EXPECT_EQ(report.out_of_range, 8U);
}

TEST_F(ImportDbn, TheTimeOfReceiptIsSaturatedOrLeftOut) {
  std::string bytes = dbn_metadata(header());
  for (const std::uint64_t recv_ns : {kOpenNs + 5 * kSecondNs, kOpenNs - 5 * kSecondNs, dbn::kUndefinedTime, kOpenNs + 9}) {
    auto trade = dbn_trade(1, kOpenNs, 10'000'000'000, 100);
    trade.ts_recv_ns = recv_ns;
    trade.flags = recv_ns == kOpenNs + 9 ? dbn::kFlagBadReceiveTime | dbn::kFlagMaybeBadBook : 0;
    bytes += bytes_of(trade);
  }
  const DbnReport report = imported_bytes(bytes);
  EXPECT_EQ(report.bad_receive_time, 1U);
  EXPECT_EQ(report.maybe_bad_book, 1U);
  EXPECT_EQ(report.last_of_event, 0U);
  std::vector<std::int32_t> deltas_ns;
  for (const Tick& tick : ticks()) deltas_ns.push_back(tick.ts_recv_delta_ns);
  EXPECT_THAT(deltas_ns, ElementsAre(std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(), 0, 0));
}

TEST_F(ImportDbn, OtherTypesArePassedOverByTheirLength) {
  std::string other = bytes_of(dbn_header(0xa0, 56, 1, kOpenNs));
  other.resize(56);
  std::string unheard = bytes_of(dbn_header(0x99, 1020, 1, kOpenNs));
  unheard.resize(1020);
  const DbnReport report = imported_bytes(dbn_metadata(header()) + other + unheard + bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100)));
  EXPECT_EQ(report.trades, 1U);
  EXPECT_EQ(report.passed_over[0xa0], 1U);
  EXPECT_EQ(report.passed_over[0x99], 1U);
  EXPECT_THAT(report.counts(), testing::IsSupersetOf({NamedCount{"passed_over_mbo", 1}, NamedCount{"passed_over_type_99", 1}}));
}

TEST_F(ImportDbn, CompressedAndInAnArchive) {
  const std::string bytes = dbn_metadata(header()) + bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100));
  EXPECT_EQ(imported({pack("t.dbn.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD, {{"t.dbn", bytes}})}).trades, 1U);
  const auto tar = pack("t.tar.zst", ARCHIVE_FORMAT_TAR, ARCHIVE_FILTER_ZSTD, {{"t.dbn", bytes}, {"symbology.json", "{}"}});
  std::filesystem::create_directories(at("folder"));
  std::filesystem::rename(tar, at("folder/t.tar.zst"));
  const DbnReport report = imported({at("folder")});
  EXPECT_EQ(report.trades, 1U);
  EXPECT_EQ(report.files_skipped, 1U);
}

TEST_F(ImportDbn, ChosenSchemasOfAFolder) {
  write("f/trades.dbn", dbn_metadata(header()) + bytes_of(dbn_trade(1, kOpenNs, 10'000'000'000, 100)));
  write("f/bars.dbn", dbn_metadata(header()) + bytes_of(dbn_bar(dbn::kTypeBarSecond, 1, kOpenNs, 500)));
  const DbnReport report = imported({at("f")}, {dbn::Schema::kOhlcv1s});
  EXPECT_EQ(report.trades, 0U);
  EXPECT_EQ(report.bars, 1U);
  EXPECT_EQ(report.records_not_wanted, 1U);
  const Error error = failure_of({at("f")});
  EXPECT_EQ(error.exit, Exit::kUsage);
  EXPECT_THAT(error.message, testing::AllOf(HasSubstr("trades"), HasSubstr("ohlcv-1s"), HasSubstr("--kind")));
}

}  // namespace
}  // namespace groundswell::test
