// Asks a feed's sender for lost ticks again: a DEALER, each question with a number and a time to wait, each answer checked before it is
// used. After three questions in a row without any answer the socket is made anew. Judges only whether an answer belongs to a question;
// what its ticks are worth is the sequencer's to say. Thread: one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/codec.hpp"

namespace groundswell::feed {

struct TickRange {
  std::uint64_t feed_epoch = 0;
  std::uint64_t from_tick = 0, to_tick = 0;  // inclusive
};

struct FillCounters {
  std::uint64_t asked = 0;       // = answered + unanswered + still open
  std::uint64_t answered = 0;    // by the last chunk of ticks, or by a no
  std::uint64_t unanswered = 0;  // within the deadline
  std::uint64_t chunks = 0;      // of ticks, passed on
  std::uint64_t denied = 0;      // answers that said: gone for good
  std::uint64_t put_off = 0;     // answers that said: not now
  std::uint64_t refused = 0;     // answers to no open question, out of order, or longer than what was asked
  std::uint64_t malformed = 0;
  std::uint64_t reopened = 0;
};

class FillClient {
 public:
  // Errors: Socket::open's.
  static Result<FillClient> open(net::Context& context, const std::string& endpoint, const net::PeerKeys& keys = {});

  // Sends the question. `deadline_ns` after `monotonic_ns` it counts as unanswered. False: not sent, nobody is there.
  bool ask(const TickRange& range, std::int64_t monotonic_ns, std::int64_t deadline_ns);
  void clock(std::int64_t monotonic_ns);  // what is overdue is unanswered

  enum class Kind { kNothing, kTicks, kDenied, kOther };
  struct Answer {
    Kind kind = Kind::kNothing;
    TickRange range;                         // kDenied: what the sender says it does not have; kTicks: what was asked
    const wire::TickBatch* batch = nullptr;  // kTicks: a chunk; valid until the next call
  };
  Answer receive();  // takes one message; kOther: counted, of no use

  bool is_waiting() const noexcept { return !open_.empty(); }
  net::Socket& socket() noexcept { return socket_; }
  const FillCounters& counters() const noexcept { return counters_; }

 private:
  struct Question {
    std::uint64_t id;
    TickRange range;
    std::int64_t until_ns;
    std::uint32_t next_chunk;
    std::uint64_t ticks;  // came until now
  };
  static constexpr std::uint32_t kUnansweredBeforeReopening = 3;
  FillClient(net::Socket socket, net::Context& context, std::string endpoint, net::PeerKeys keys)
      : socket_(std::move(socket)), context_(&context), endpoint_(std::move(endpoint)), keys_(std::move(keys)) {}
  Answer take(const wire::TickFillReply& reply);
  void reopen();

  net::Socket socket_;
  net::Context* context_;
  std::string endpoint_;
  net::PeerKeys keys_;
  std::vector<Question> open_;
  std::uint64_t next_id_ = 1;
  std::uint32_t unanswered_in_a_row_ = 0;
  net::Frame frame_;
  std::unique_ptr<wire::ControlCodec> codec_ = std::make_unique<wire::ControlCodec>();
  wire::TickFillReply reply_;
  FillCounters counters_;
};

}  // namespace groundswell::feed
