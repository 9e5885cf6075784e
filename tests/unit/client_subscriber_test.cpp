// The subscriber against a node that is played by hand: what it passes on, what it asks for, and what it says when things are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/access_list.hpp"
#include "groundswell/client/subscriber.hpp"
#include "support/scripted_node.hpp"

namespace groundswell::client {
namespace {

using test::ScriptedNode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Keeper final : Handler {
  std::vector<double> edges;  // values
  std::vector<std::uint64_t> scope_seqs;
  std::vector<std::string> scopes;
  std::map<std::string, double> levels;  // scope/signal -> value
  std::vector<std::uint64_t> recordings;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lost;
  std::vector<State> states;
  std::vector<ErrorCode> troubles;
  std::vector<std::pair<std::string, std::optional<Error>>> members;  // scope, error
  std::string lost_text;
  std::size_t triggers = 0;
  const Names* names = nullptr;

  void on_edge(const EdgeEvent& event) override {
    edges.push_back(event.edge.value);
    scope_seqs.push_back(event.edge.scope_seq);
    scopes.emplace_back(event.scope);
    EXPECT_EQ(event.type, "THRESHOLD");
    EXPECT_EQ(event.signal, "ad_pct");
    EXPECT_EQ(event.trigger, "T");
  }
  void on_levels(const LevelsEvent& event) override {
    for (const Level& level : event.levels) levels[std::string(event.scope) + "/" + std::string(names->signal(level.signal))] = level.value;
  }
  void on_trigger(const TriggerEvent&) override { ++triggers; }
  void on_recording(std::uint64_t id) override {
    recordings.push_back(id);
    levels.clear();
  }
  void on_lost(const LostEvent& event) override {
    lost.emplace_back(event.from_scope_seq, event.to_scope_seq);
    lost_text = event.error.message;
    EXPECT_EQ(event.error.code, ErrorCode::kTooOld);
  }
  void on_state(State state) override { states.push_back(state); }
  void on_members(const MembersEvent& event) override { members.emplace_back(event.scope, event.error); }
  void on_trouble(const Error& error) override { troubles.push_back(error.code); }
};

class SubscriberTest : public testing::Test {
 protected:
  SubscriberOptions options() const {
    SubscriberOptions options;
    options.endpoint = node_.endpoint();
    options.control = node_.control();
    return options;
  }
  void open(const SubscriberOptions& options) {
    auto opened = Subscriber::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    subscriber_.emplace(std::move(*opened));
    keeper_.names = &subscriber_->names();
  }
  // Turns of both until `holds`, with heartbeats; false: the subscription has ended, or nothing for a long time.
  template <class Condition>
  bool until(Condition&& holds, bool beats = true) {
    std::int64_t count = 0;
    return test::wait_until([&] {
             node_.turn();
             if (beats && count++ % 20 == 0) node_.heartbeat();
             auto polled = subscriber_->poll(keeper_, 1);
             if (!polled) error_ = polled.error();
             return !polled || holds();
           }) &&
           !error_;
  }
  bool live() {
    return until([&] { return subscriber_->state() == State::kLive; });
  }
  // Ends with an error of `code`; its text.
  std::string ends(ErrorCode code) {
    EXPECT_FALSE(until([] { return false; }));
    if (!error_) return {};
    EXPECT_EQ(error_->code, code) << error_->message;
    EXPECT_EQ(subscriber_->poll(keeper_, 0).error().code, code) << "it stays so";
    return error_->message;
  }

  net::Context context_;
  ScriptedNode node_{context_};
  std::optional<Subscriber> subscriber_;
  Keeper keeper_;
  std::optional<Error> error_;
};

TEST_F(SubscriberTest, JoinsWithLevelsAndStatesAndGoesOnWithEdges) {
  node_.edge(0, 1);  // before the join: not its business
  node_.levels(0, 10);
  open(options());
  ASSERT_TRUE(live());
  EXPECT_THAT(keeper_.recordings, ElementsAre(7U));
  EXPECT_EQ(keeper_.triggers, 3U);
  EXPECT_EQ(keeper_.levels["chips/ad_pct"], 10);
  EXPECT_THAT(keeper_.edges, ElementsAre());
  node_.edge(0, 2);
  node_.edge(1, 3);
  node_.levels(0, 20);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 2 && keeper_.levels["chips/trin"] == 21; }));
  EXPECT_THAT(keeper_.edges, ElementsAre(2, 3));
  EXPECT_THAT(keeper_.scopes, ElementsAre("chips", "power"));
  EXPECT_EQ(subscriber_->counters().lost_edges, 0U);
}

TEST_F(SubscriberTest, AQuestionAboutMembersIsAnsweredOnceAndSaysWhyNot) {
  open(options());
  subscriber_->ask_members("chips");  // before anything is known of the node
  subscriber_->ask_members("chips");
  subscriber_->ask_members("chip");
  subscriber_->ask_members(std::string(5'000, 'x'));  // longer than a question may be
  ASSERT_TRUE(until([&] { return keeper_.members.size() == 3; }));
  ASSERT_TRUE(keeper_.members[0].second.has_value() && keeper_.members[1].second.has_value());
  EXPECT_EQ(keeper_.members[0].second->code, ErrorCode::kUnknownScope);
  EXPECT_THAT(keeper_.members[0].second->message, HasSubstr("members of 'chip': there is no such scope; did you mean 'chips'?"));
  EXPECT_EQ(keeper_.members[1].second->code, ErrorCode::kUnknownScope);
  EXPECT_EQ(keeper_.members[2].first, "chips");
  EXPECT_FALSE(keeper_.members[2].second.has_value());
  node_.answers = false;
  subscriber_->ask_members("power");
  ASSERT_TRUE(until([&] { return keeper_.members.size() == 4; }));
  ASSERT_TRUE(keeper_.members[3].second.has_value());
  EXPECT_EQ(keeper_.members[3].second->code, ErrorCode::kNoAnswer);
}

TEST_F(SubscriberTest, AsksForWhatIsMissingAndDropsWhatItHas) {
  open(options());
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  node_.edge(0, 2, true);
  node_.edge(0, 3, true);
  node_.edge(0, 4);
  node_.send_edge(0, 1);
  node_.send_edge(0, 4);
  node_.levels(1, 5, true);  // lost too: the next heartbeat says so
  ASSERT_TRUE(until([&] { return keeper_.edges.size() >= 4 && keeper_.levels["power/ad_pct"] == 5; }));
  node_.edge(0, 5, true);  // the last one: only a heartbeat tells
  ASSERT_TRUE(until([&] { return keeper_.edges.size() >= 5; }));
  EXPECT_THAT(keeper_.edges, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(keeper_.scope_seqs, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_GE(subscriber_->counters().fills, 2U);
  EXPECT_EQ(subscriber_->counters().filled_edges, 3U);
  EXPECT_GE(subscriber_->counters().duplicate_edges, 2U);
  EXPECT_THAT(keeper_.lost, ElementsAre());
}

TEST_F(SubscriberTest, SaysWhatNobodyHoldsAnyMore) {
  open(options());
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 1; }));
  node_.oldest = 4;
  for (int i = 2; i <= 5; ++i) node_.edge(0, i, i < 5);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 3; }));
  EXPECT_THAT(keeper_.edges, ElementsAre(1, 4, 5));
  EXPECT_THAT(keeper_.lost, ElementsAre(std::pair<std::uint64_t, std::uint64_t>(2, 3)));
  EXPECT_THAT(keeper_.lost_text, AllOf(HasSubstr("edges 2 to 3 of chips"), HasSubstr("whose oldest is 4")));
  EXPECT_EQ(subscriber_->counters().lost_edges, 2U);
}

TEST_F(SubscriberTest, AnotherRecordingBeginsAnew) {
  open(options());
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  node_.levels(0, 10);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 1; }));
  node_.recording_id = 8;
  for (wire::NextNumbers& each : node_.next) each.eseq = each.scope_seq = each.level_seq = 1;
  node_.last_value.clear();
  ASSERT_TRUE(until([&] { return keeper_.recordings.size() == 2 && subscriber_->state() == State::kLive; }));
  EXPECT_EQ(keeper_.levels["chips/ad_pct"], 0);
  node_.edge(0, 9);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 2; }));
  EXPECT_THAT(keeper_.edges, ElementsAre(1, 9));
}

TEST_F(SubscriberTest, GoesOnWhereItStood) {
  SubscriberOptions wanted = options();
  wanted.scopes = {"chips"};
  open(wanted);
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 1; }));
  wanted.resume = subscriber_->positions();
  wanted.recording_id = subscriber_->recording_id();
  ASSERT_EQ(wanted.resume.size(), 1U);
  EXPECT_EQ(wanted.resume[0].scope, "chips");
  subscriber_.reset();
  node_.edge(0, 2);
  node_.edge(1, 3);
  open(wanted);
  ASSERT_TRUE(live());
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 2; }));
  EXPECT_THAT(keeper_.edges, ElementsAre(1, 2));
}

TEST_F(SubscriberTest, FiltersByScopeTypeAndSignal) {
  SubscriberOptions wanted = options();
  wanted.scopes = {"power"};
  wanted.types = {"THRUST", "COMMIT"};
  wanted.signals = {"trin"};
  open(wanted);
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  node_.edge(1, 2);  // a THRESHOLD
  node_.levels(0, 5);
  node_.levels(1, 6);
  ASSERT_TRUE(until([&] { return keeper_.levels["power/trin"] == 7; }));
  EXPECT_THAT(keeper_.edges, ElementsAre());
  EXPECT_FALSE(keeper_.levels.contains("power/ad_pct"));
  EXPECT_FALSE(keeper_.levels.contains("chips/trin"));
}

TEST_F(SubscriberTest, SilenceIsStaleAndAskedNobodyIsToldOnce) {
  open(options());
  ASSERT_TRUE(live());
  ASSERT_TRUE(until([&] { return subscriber_->state() == State::kStale; }, false));
  ASSERT_TRUE(live());
  node_.answers = false;
  node_.edge(0, 1, true);
  ASSERT_TRUE(until([&] { return !keeper_.troubles.empty(); }));
  EXPECT_THAT(keeper_.troubles, ElementsAre(ErrorCode::kNoAnswer));
  EXPECT_EQ(subscriber_->state(), State::kRepairing);
  node_.answers = true;
  ASSERT_TRUE(live());
  EXPECT_THAT(keeper_.edges, ElementsAre(1));
}

TEST_F(SubscriberTest, TakesAStreamOfItsOwnWhereThereIsOne) {
  node_.streams = true;
  SubscriberOptions wanted = options();
  wanted.policy = Policy::kLossless;
  open(wanted);
  ASSERT_TRUE(live());
  node_.conflated = 3;
  for (int i = 1; i <= 300; ++i) node_.edge(0, i);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 300; }));
  EXPECT_EQ(subscriber_->counters().conflated, 3U) << "what a stream says is counted since it began";
  ASSERT_TRUE(until([&] { return std::count(node_.asked.begin(), node_.asked.end(), wire::RequestKind::kCredit) > 0; }));
  EXPECT_EQ(subscriber_->counters().fills, 0U);
}

TEST_F(SubscriberTest, TakesTheCommonStreamWhereThereIsNone) {
  SubscriberOptions wanted = options();
  wanted.policy = Policy::kLossless;
  open(wanted);
  ASSERT_TRUE(live());
  node_.edge(0, 1);
  ASSERT_TRUE(until([&] { return keeper_.edges.size() == 1; }));
}

TEST_F(SubscriberTest, WhatIsNotLiveIsRefusedUnlessAskedFor) {
  node_.mode = wire::Mode::kSimulated;
  open(options());
  EXPECT_THAT(ends(ErrorCode::kNotLive), HasSubstr("simulated"));
  EXPECT_THAT(keeper_.recordings, ElementsAre());
  error_.reset();
  SubscriberOptions any = options();
  any.any_mode = true;
  open(any);
  EXPECT_TRUE(live());
}

TEST_F(SubscriberTest, UnknownNamesAreToldWithTheNearest) {
  SubscriberOptions wrong = options();
  wrong.types = {"TRUST"};
  const auto type = Subscriber::open(wrong);
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code, ErrorCode::kUnknownType);
  EXPECT_THAT(type.error().message, HasSubstr("did you mean 'THRUST'?"));
  wrong = options();
  wrong.scopes = {"chip"};
  open(wrong);
  EXPECT_THAT(ends(ErrorCode::kUnknownScope), HasSubstr("'chip' is no scope; did you mean 'chips'?"));
  error_.reset();
  wrong = options();
  wrong.signals = {"nothing_like_it"};
  open(wrong);
  EXPECT_THAT(ends(ErrorCode::kUnknownSignal), HasSubstr("there are ad_pct, trin"));
}

TEST_F(SubscriberTest, AnotherVersionIsTold) {
  open(options());
  ASSERT_TRUE(live());
  node_.garbage("H.gs1.");
  EXPECT_THAT(ends(ErrorCode::kOtherVersion), HasSubstr("update"));
}

TEST(SubscriberOpen, OptionsThatMakeNoSense) {
  const auto code = [](const SubscriberOptions& options) { return Subscriber::open(options).error().code; };
  EXPECT_EQ(code({.endpoint = "localhost:5556"}), ErrorCode::kEndpoint);
  EXPECT_EQ(code({.edges = false, .levels = false}), ErrorCode::kOption);
  EXPECT_EQ(code({.server_key = "abc"}), ErrorCode::kOption);
  EXPECT_EQ(code({.server_key = std::string(40, 'a')}), ErrorCode::kOption);
  EXPECT_EQ(code({.server_key = std::string(40, 'a'), .key_file = "/nowhere.key"}), ErrorCode::kKeyFile);
}

// A node that demands keys.
class GuardedNode : public testing::Test {
 protected:
  GuardedNode() {
    for (const char* name : {"bot", "gone", "gateway"}) pairs_[name] = net::make_key_pair();
    add("bot", net::Role::kSubscriber, false);
    add("gone", net::Role::kSubscriber, true);
    add("gateway", net::Role::kPublisher, false);
    if (!list_.save(folder_ / "list.csv")) throw std::runtime_error("no list");
    server_ = net::make_key_pair();
    context_.prove(server_);
    if (const auto done = context_.demand_keys(folder_ / "list.csv"); !done) throw std::runtime_error(done.error().message);
    node_.emplace(context_);
    for (const auto& [name, pair] : pairs_) test::must(net::write_key_file(folder_.path(), name, pair));
    test::must(net::write_key_file(folder_.path(), "stranger", net::make_key_pair()));
  }
  void add(const std::string& name, net::Role role, bool revoked) {
    EXPECT_TRUE(list_.add({.name = name, .role = role, .public_key = pairs_[name].public_key, .revoked = revoked}));
  }
  // Live: no error.
  std::optional<Error> subscribe(const std::string& key, const std::string& server_key) {
    auto opened = Subscriber::open({.endpoint = node_->endpoint(),
                                    .control = node_->control(),
                                    .server_key = server_key,
                                    .key_file = key.empty() ? "" : (folder_ / (key + ".key")).string()});
    if (!opened) return opened.error();
    Handler ignoring;
    std::optional<Error> error;
    std::int64_t count = 0;
    EXPECT_TRUE(test::wait_until([&] {
      node_->turn();
      if (count++ % 20 == 0) node_->heartbeat();
      auto polled = opened->poll(ignoring, 1);
      if (!polled) error = polled.error();
      return error || opened->state() == State::kLive;
    }));
    return error;
  }
  test::TemporaryFolder folder_;
  net::AccessList list_;
  std::map<std::string, net::KeyPair> pairs_;
  net::KeyPair server_;
  net::Context context_;
  std::optional<ScriptedNode> node_;
};

TEST_F(GuardedNode, EachWrongKeyHasItsError) {
  EXPECT_FALSE(subscribe("bot", server_.public_key));
  for (const char* name : {"gone", "gateway", "stranger"}) {
    const auto error = subscribe(name, server_.public_key);
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code, ErrorCode::kKeyRefused) << error->message;
  }
  const auto plain = subscribe("", "");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->code, ErrorCode::kKeyWanted) << plain->message;
  const auto misled = subscribe("bot", net::make_key_pair().public_key);
  ASSERT_TRUE(misled);
  EXPECT_EQ(misled->code, ErrorCode::kServerKey) << misled->message;
}

TEST_F(GuardedNode, AKeyThatIsRevokedEndsTheSubscriptionThatUsedIt) {
  auto opened = Subscriber::open({.endpoint = node_->endpoint(),
                                  .control = node_->control(),
                                  .server_key = server_.public_key,
                                  .key_file = (folder_ / "bot.key").string()});
  ASSERT_TRUE(opened);
  Handler ignoring;
  std::optional<Error> error;
  std::int64_t count = 0;
  const auto until = [&](auto&& holds) {
    return test::wait_until([&] {
      node_->turn();
      if (count++ % 20 == 0) node_->heartbeat();
      const auto polled = opened->poll(ignoring, 1);
      if (!polled) error = polled.error();
      return holds();
    });
  };
  ASSERT_TRUE(until([&] { return opened->state() == State::kLive; }));
  ASSERT_EQ(list_.revoke("bot", false), 1U);
  ASSERT_TRUE(list_.save(folder_ / "list.csv"));
  ASSERT_TRUE(until([&] { return error.has_value(); }));
  EXPECT_EQ(error->code, ErrorCode::kKeyRefused) << error->message;
}

}  // namespace
}  // namespace groundswell::client
