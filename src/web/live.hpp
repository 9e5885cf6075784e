// What the console knows of the running engine, and the streams that show it. A subscriber like any other fills a model; four times a
// second what has changed is written once for all who are in step, and whoever is behind gets what changed since their own last message as
// soon as they have caught up. Thread: the server's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/node_question.hpp"
#include "console/history.hpp"
#include "console/messages.hpp"
#include "groundswell/client/subscriber.hpp"
#include "web/backfill.hpp"
#include "web/session.hpp"

namespace groundswell::web {

struct LiveOptions {
  client::SubscriberOptions upstream;
  Universe universe;
  std::string version;
  std::string recordings;  // folder
};

class Live;

class LiveSession final : public Session {
 public:
  LiveSession(Live& live, Peer& peer, std::int64_t now_ns);
  ~LiveSession() override;

 protected:
  void on_subscribe() override;
  bool has_basket(const std::string& basket) const override;
  void on_basket() override;

 private:
  friend class Live;
  Live& live_;
  std::uint64_t levels_at_ = 0;  // number of the last levels message; 0 = none yet
};

class Live final : private client::Handler {
 public:
  // Errors: 64, 77 of the connection; a node that is not there is waited for.
  static Result<std::unique_ptr<Live>> open(const LiveOptions& options);
  ~Live() override;

  void turn(std::int64_t now_ns, const ServerCounters& server);
  std::unique_ptr<Session> open_session(Peer& peer, std::int64_t now_ns) { return std::make_unique<LiveSession>(*this, peer, now_ns); }

  const console::Model& model() const noexcept { return *model_; }
  const console::History& history() const noexcept { return history_; }
  const std::string& catalog() const noexcept { return *catalog_; }  // "" = not known yet
  const std::string& stats() const noexcept { return stats_; }       // of the engine; "" = not known, or it does not answer
  std::vector<std::string> not_ready() const;                        // why numbers cannot be trusted; empty when they can
  std::uint64_t conflated() const noexcept { return conflated_; }

 private:
  friend class LiveSession;
  explicit Live(const LiveOptions& options) : options_(options) {}
  Result<void> subscribe();
  void on_levels(const client::LevelsEvent& event) override;
  void on_edge(const client::EdgeEvent& event) override { model_->on_edge(event); }
  void on_lost(const client::LostEvent& event) override { model_->on_lost(event); }
  void on_state(client::State state) override;
  void on_recording(std::uint64_t recording_id) override;
  void on_heartbeat(const client::HeartbeatEvent& heartbeat) override;
  void on_operation(const client::OperationEvent& operation) override { model_->on_operation(operation); }
  void on_trouble(const client::Error& error) override { model_->on_trouble(error); }
  void on_members(const client::MembersEvent& members) override;

  void hear();
  void send_catalog();
  void send_events();
  void send_levels();
  void send_health(const ServerCounters& server);
  void send_all_to(LiveSession& session);
  Text levels_since(std::uint64_t number);  // written once for all who need it
  Text subjects_since(std::uint64_t number);
  void ask_members();
  void ask_stats();
  void take_stats(const std::string& text);
  std::optional<console::Staleness> staleness() const;

  LiveOptions options_;
  net::Context context_;
  std::optional<client::Subscriber> subscriber_;
  std::unique_ptr<console::Model> model_;
  std::optional<client::StatsQuestion> question_;
  console::History history_;
  Backfill backfill_;
  std::set<LiveSession*> sessions_;

  Text catalog_ = std::make_shared<const std::string>();
  std::vector<std::size_t> catalog_sizes_;
  std::uint64_t beginnings_ = 0, events_at_ = 0, levels_at_ = 0, written_at_ = 0, conflated_ = 0;
  std::map<std::uint64_t, Text> levels_texts_, subjects_texts_;  // by what they follow, all as of change written_at_
  std::string trouble_, stats_;
  struct FeedAge {            // as the engine told it with stats_
    std::int64_t age_ms = 0;  // since the last frame of any line of it
    std::int64_t limit_ms = 0;
  };
  std::map<std::string, FeedAge> feeds_;
  bool health_due_ = false, failed_ = false;
  std::int64_t now_ns_ = 0, started_ns_ = 0, levels_due_ns_ = 0, health_due_ns_ = 0, stats_due_ns_ = 0, again_at_ns_ = 0, stats_at_ns_ = 0;
};

}  // namespace groundswell::web
