#include "app/subscriber.hpp"

namespace groundswell::app {
namespace {
constexpr std::int64_t kLargestMessageBytes = 1 << 20;  // a catalog of thousands of symbols
const std::string kNoName;
}  // namespace

Result<Subscriber> Subscriber::connect(net::Context& context, const std::string& endpoint, const std::vector<std::string>& prefixes,
                                       const net::PeerKeys& keys) {
  auto socket = net::Socket::open(context, net::SocketType::kSub, net::Attach::kConnect, endpoint, kLargestMessageBytes, keys);
  if (!socket) return socket.error();
  Subscriber subscriber(std::move(*socket));
  for (const std::string& prefix : prefixes) {
    if (const auto done = subscriber.socket_.subscribe(prefix); !done) return done.error();
    subscriber.wants_edges_ |= prefix.starts_with("E.");
  }
  // The catalog last: it is answered at once, so when it comes everything before it is subscribed to as well.
  for (const char* always : {"H.", "K."}) {
    if (const auto done = subscriber.socket_.subscribe(always); !done) return done.error();
  }
  return subscriber;
}

const std::string& Subscriber::signal_id(std::uint16_t index) const {
  const auto found = signal_ids_.find(index);
  return found == signal_ids_.end() ? kNoName : found->second;
}
const std::string& Subscriber::scope(std::uint16_t index) const {
  return catalog_ && index < catalog_->scopes.size() ? catalog_->scopes[index] : kNoName;
}

void Subscriber::count_missed(std::uint16_t scope, std::uint64_t first, std::uint64_t next) {
  const auto [at, is_new] = expected_edge_.emplace(scope, first);
  if (!is_new && first > at->second) edges_missed_ += first - at->second;
  if (next > at->second) at->second = next;
}

Subscriber::Kind Subscriber::receive(int wait_ms) {
  if (!socket_.receive(topic_, wait_ms)) return Kind::kNothing;
  const bool two_parts = topic_.more() && socket_.receive(message_, 0);
  if (!two_parts || topic_.bytes().empty()) {
    ++refused_;
    return Kind::kRefused;
  }
  const auto bytes = message_.bytes();
  wire::Verdict verdict = wire::Verdict::kUnknownKind;
  Kind kind = Kind::kRefused;
  switch (static_cast<char>(topic_.bytes()[0])) {
    case 'H':
      kind = Kind::kHeartbeat;
      verdict = codec_->decode(bytes, heartbeat_);
      if (verdict != wire::Verdict::kOk) break;
      for (const wire::NextNumbers& row : heartbeat_.next) {
        if (wants_edges_) count_missed(row.scope, row.scope_seq, row.scope_seq);
      }
      break;
    case 'K': {
      kind = Kind::kCatalog;
      Catalog catalog;
      verdict = codec_->decode(bytes, catalog);
      if (verdict != wire::Verdict::kOk) break;
      catalog_ = std::move(catalog);
      signal_ids_.clear();
      for (const SignalEntry& entry : catalog_->signals) signal_ids_[entry.index] = entry.id;
      break;
    }
    case 'L':
      kind = Kind::kLevels;
      verdict = codec_->decode(bytes, levels_);
      break;
    case 'E':
      kind = Kind::kEdges;
      verdict = codec_->decode(bytes, edges_);
      if (verdict == wire::Verdict::kOk) count_missed(edges_.header.scope, edges_.scope_seq, edges_.scope_seq + edges_.edges.size());
      break;
    case 'O':
      kind = Kind::kOperation;
      verdict = codec_->decode(bytes, operation_);
      break;
    default: break;
  }
  if (verdict != wire::Verdict::kOk) {
    ++refused_;
    return Kind::kRefused;
  }
  if ((kind == Kind::kLevels || kind == Kind::kEdges) && !catalog_) return Kind::kNothing;
  return kind;
}

}  // namespace groundswell::app
