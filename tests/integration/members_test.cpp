// Questions about members over real sockets: what an engine and a relay answer is what the fold of the recording has at that record, and it
// adds up to what was published.
#include <gtest/gtest.h>

#include <future>

#include "groundswell/client/subscriber.hpp"
#include "pipeline/setup.hpp"
#include "support/engine_fixture.hpp"
#include "support/running_relay.hpp"
#include "support/running_simulator.hpp"

namespace groundswell::test {
namespace {

struct Answer {
  std::string scope;
  std::uint64_t jseq, event_time_ns;
  std::uint32_t session;
  std::vector<MemberRow> members;
};

class Asking final : public client::Handler {
 public:
  Asking(const std::string& endpoint, const std::string& control) {
    client::SubscriberOptions options;
    options.endpoint = endpoint;
    options.control = control;
    options.any_mode = true;
    auto opened = client::Subscriber::open(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    subscriber_.emplace(std::move(*opened));
  }
  void on_members(const client::MembersEvent& event) override {
    ++answered;
    if (event.error) {
      errors.push_back(event.error->message);
    } else {
      answers.push_back(
          {std::string(event.scope), event.jseq, event.event_time_ns, event.session, {event.members.begin(), event.members.end()}});
    }
  }
  // Asks for all scopes at once, and waits for the answers.
  bool ask(const std::vector<std::string>& scopes) {
    const std::size_t before = answered;
    for (const std::string& scope : scopes) subscriber_->ask_members(scope);
    return wait_until([&] {
      EXPECT_TRUE(subscriber_->poll(*this, 5));
      return answered >= before + scopes.size();
    });
  }
  std::size_t answered = 0;
  std::vector<Answer> answers;
  std::vector<std::string> errors;

 private:
  std::optional<client::Subscriber> subscriber_;
};

// The recording folded from its beginning, record by record.
class Folded {
 public:
  explicit Folded(const std::string& path) : reader_(must(journal::Reader::open(path))) {
    config_ = must(pipeline::recorded_config(reader_)).value();
    const Catalog catalog = must(pipeline::recorded_catalog(reader_));
    fold_ = std::make_unique<pipeline::Fold>(must(pipeline::fold_setup(config_, catalog.symbols, catalog.condition_sets)));
    reader_.rewind();
    while (const auto block = reader_.next()) {
      if (block->type != journal::BlockType::kRecords) continue;
      records_.insert(records_.end(), block->records().begin(), block->records().end());
    }
  }
  std::vector<MemberRow> rows_at(std::uint64_t jseq, const std::string& scope) {  // rising
    class : public pipeline::Sink {
      void on_levels(const pipeline::LevelBatchView&) noexcept override {}
      void on_edge(const Edge&, std::span<const Why>) noexcept override {}
    } nowhere;
    for (; fold_->jseq() < jseq; fold_->apply(records_.at(fold_->jseq()), fold_->jseq() + 1, nowhere)) {
    }
    const auto& names = fold_->scope_names();
    std::vector<MemberRow> rows;
    fold_->member_rows(static_cast<std::size_t>(std::find(names.begin(), names.end(), scope) - names.begin()), rows);
    return rows;
  }
  std::uint64_t event_time_ns() const { return fold_->event_time_ns(); }
  std::uint32_t session() const { return fold_->session(); }

 private:
  journal::Reader reader_;
  config::Config config_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::vector<Record> records_;
};

const std::vector<std::string> kScopes{"chips", "power", "wave:compute", "wave:physical", "thesis"};

TEST(Members, AnEngineAndARelayAnswerWhatTheFoldOfTheRecordingHas) {
  log_setup(LogFormat::kText, LogLevel::kError);
  const TemporaryFolder folder;
  const config::Config config =
      must(config::load_config(write_config(folder, {{"history.recording", "'" + (folder / "history.gsj").string() + "'"}})));
  simulate::SimulatorOptions market = last_minutes(folder, config, 10, 20);
  ASSERT_TRUE(simulate::write_history(market).has_value());
  market.speed = 2'000;  // with no limit, the silent hour before the final commit is more at once than a subscriber's queue holds
  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, config));
  Listener listener(context, engine->publish_endpoint());
  RunningRelay relay(context, {.upstream = engine->publish_endpoint(),
                               .upstream_control = engine->control_endpoint(),
                               .publish = endpoint_in(folder, "relay"),
                               .control = endpoint_in(folder, "relay.control")});
  Asking of_engine(engine->publish_endpoint(), engine->control_endpoint());
  Asking of_relay(relay.publish_endpoint(), relay.control_endpoint());
  {
    RunningSimulator simulator(context, market);
    // In a thread of its own: who listens only between questions is too slow for a fast market, and loses.
    std::future<bool> closed = std::async(std::launch::async, [&] {
      return listener.listen_until([&] {  // the final commit, behind those of the history: nothing moves any more
        return !listener.edges.empty() && listener.edges.back().edge().type == EdgeType::kCommit &&
               listener.edges.back().edge().direction == 1 && listener.edges.back().edge().session == kSession;
      });
    });
    for (int round = 0; round < 20; ++round) {  // while the market runs
      ASSERT_TRUE(of_engine.ask(kScopes));
      ASSERT_TRUE(of_relay.ask(kScopes));
    }
    ASSERT_TRUE(closed.get());
    simulator.finish();
  }
  const std::size_t before = of_relay.answers.size();
  ASSERT_TRUE(of_engine.ask(kScopes));
  ASSERT_TRUE(of_relay.ask(kScopes));
  ASSERT_TRUE(of_engine.ask({"symbols", "chip"}));
  const pipeline::LiveReport report = must(engine->stop());
  ASSERT_TRUE(listener.drain());

  // What was published last is what the signs of the last answer add up to.
  ASSERT_EQ(of_relay.answers.size(), before + kScopes.size());
  for (std::size_t i = before; i < of_relay.answers.size(); ++i) {
    const Answer& answer = of_relay.answers[i];
    std::int64_t net = 0, counting = 0;
    for (const MemberRow& row : answer.members) {
      net += row.counts ? (row.last_e9 > row.ref_e9) - (row.last_e9 < row.ref_e9) : 0;
      counting += row.counts;
    }
    EXPECT_GT(counting, 0) << answer.scope;
    std::optional<Level> last;
    for (const Listener::HeardLevels& heard : listener.levels) {
      for (const Level& level : heard.levels) {
        if (heard.batch.header.scope == listener.scope(answer.scope) && listener.signal_id(level.signal) == "net_adv") last = level;
      }
    }
    ASSERT_TRUE(last.has_value()) << answer.scope;
    EXPECT_EQ(last->value, static_cast<double>(net)) << answer.scope;
    EXPECT_EQ(last->n_valid, counting) << answer.scope;
  }

  ASSERT_EQ(of_engine.errors.size(), 1U);
  EXPECT_NE(of_engine.errors[0].find("did you mean 'chips'?"), std::string::npos) << of_engine.errors[0];
  EXPECT_TRUE(of_engine.answers.back().members.empty()) << "scope symbols has none";
  EXPECT_TRUE(of_relay.errors.empty()) << of_relay.errors[0];
  std::vector<Answer> answers = of_engine.answers;
  answers.insert(answers.end(), of_relay.answers.begin(), of_relay.answers.end());
  std::stable_sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.jseq < b.jseq; });
  Folded folded(report.recording);
  for (const Answer& answer : answers) {
    ASSERT_EQ(folded.rows_at(answer.jseq, answer.scope), answer.members) << answer.scope << " at record " << answer.jseq;
    EXPECT_EQ(folded.session(), answer.session);
    EXPECT_EQ(folded.event_time_ns(), answer.event_time_ns);
  }
  EXPECT_GT(report.control.members, 200U);
}

}  // namespace
}  // namespace groundswell::test
