// The server and an application that answers when and where it likes.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/web_client.hpp"
#include "web/server.hpp"

namespace groundswell::web {
namespace {

// Gives every answer to a thread of its own, which keeps it until it is told to let go.
class Elsewhere final : public Application {
 public:
  void respond(const Request&, Answer answer) override {
    thread = std::thread([this, answer = std::move(answer)]() mutable {
      if (answers) server->post([answer] { answer({.status = 200, .type = "text/plain", .body = "late"}); });
      while (!let_go) std::this_thread::yield();
      answer = nullptr;
      has_let_go = true;
    });
  }
  std::optional<Response> refuse_stream(const Request&) override { return error_response(404, "none here"); }
  std::unique_ptr<Stream> open_stream(const Request&, Peer&) override { return nullptr; }
  void turn() override {}

  Server* server = nullptr;
  bool answers = true;
  std::thread thread;
  std::atomic<bool> let_go{false}, has_let_go{false};
};

class AnsweredElsewhere : public ::testing::Test {
 protected:
  AnsweredElsewhere() : server_(*Server::open({.listen = "127.0.0.1:0", .hosts = {}, .origins = {}})) {
    application_.server = server_.get();
  }
  ~AnsweredElsewhere() override {
    stop_ = true;
    serving_.join();
    application_.thread.join();
  }
  void serve() {
    serving_ = std::thread([this] { server_->run(application_, stop_); });
  }
  test::HttpAnswer get() { return test::fetch(server_->port(), "/"); }

  std::unique_ptr<Server> server_;
  Elsewhere application_;
  std::atomic<bool> stop_{false};
  std::thread serving_;
};

// Under the thread sanitizer: the end of a connection is the server's, whoever knew of it last.
TEST_F(AnsweredElsewhere, MayBeKeptLongerThanTheConnection) {
  serve();
  EXPECT_EQ(get().body, "late");
  // Refused before the application is asked, and after the server has seen the end of the first connection.
  for (int i = 0; i < 2; ++i) EXPECT_EQ(test::fetch(server_->port(), "/", {}, "DELETE").status, 405);
  application_.let_go = true;
  ASSERT_TRUE(test::wait_until([&] { return application_.has_let_go.load(); }));
  application_.thread.join();
  EXPECT_EQ(get().body, "late") << "another connection";
}

TEST_F(AnsweredElsewhere, MayBeForgotten) {
  application_.answers = false;
  application_.let_go = true;
  serve();
  EXPECT_EQ(get().status, 0) << "the connection ends";
}

TEST_F(AnsweredElsewhere, MayOutliveTheServing) {
  serve();
  EXPECT_EQ(get().body, "late");
  stop_ = true;
  application_.let_go = true;
}

}  // namespace
}  // namespace groundswell::web
