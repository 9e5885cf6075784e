// The credit streams of a relay: for each a bounded queue of what is published, given out as the subscriber asks for more. Edges are never
// left out: a stream for which too many wait is cut, and its subscriber goes on by fills. Levels that wait conflate: what is sent then is
// all of the scope, as it is. Of heartbeats one waits, of catalogs the last one. Words to operators are dropped when too many wait. What
// several streams wait for is in memory once.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "publish/control_server.hpp"
#include "relay/level_mirror.hpp"
#include "wire/control.hpp"

namespace groundswell::relay {

struct Published {  // one message, as it was published
  std::string topic;
  std::vector<std::byte> message;
  std::size_t edges = 0;    // in it
  std::uint16_t scope = 0;  // of levels
  std::int64_t since_ns = 0;
};
using PublishedPointer = std::shared_ptr<const Published>;

struct StreamCounters {
  std::uint64_t begun = 0, canceled = 0, cut = 0, gone = 0;  // begun = canceled + cut + gone + open
  std::uint64_t refused = 0;                                 // streams that were not begun
  std::uint64_t messages = 0, conflated = 0, dropped = 0;    // sent; of levels; of words to operators
};

class CreditStreams {
 public:
  static constexpr std::size_t kMostStreams = 256;
  static constexpr std::size_t kMostEdges = 65'536;                 // that wait for one stream
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // likewise
  static constexpr std::size_t kMostOperations = 1'024;             // likewise
  static constexpr std::size_t kMessagesPerBatch = 64;
  static constexpr std::size_t kBytesPerBatch = std::size_t{48} << 10;  // unless one message is longer
  static constexpr std::uint32_t kMostCredit = 64;                      // replies in flight to one subscriber
  static constexpr std::int64_t kLookEveryNs = 10'000'000'000;          // whether a silent subscriber can still be reached

  explicit CreditStreams(const LevelMirror& levels) : levels_(levels) {}

  // A question about streams; answers by `server`. False: none of that id is open.
  bool take(const std::string& peer, const wire::Request& request, publish::ControlServer& server, std::int64_t now_ns);
  void publish(const PublishedPointer& message);
  // Gives out what there is credit for, and cuts who is behind. `on_cut`: told once for each.
  template <class OnCut>
  void send(publish::ControlServer& server, std::int64_t now_ns, OnCut&& on_cut) {
    for (std::size_t i = 0; i < streams_.size();) {
      const Fate fate = send(*streams_[i], server, now_ns);
      if (fate == Fate::kCut) on_cut(streams_[i]->edges);
      if (fate == Fate::kGoesOn) {
        ++i;
      } else {
        streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  std::size_t open() const noexcept { return streams_.size(); }
  std::uint64_t edges_waiting() const noexcept;  // of all streams
  const StreamCounters& counters() const noexcept { return counters_; }

 private:
  struct Place {
    PublishedPointer message;
    bool conflated = false;  // levels: send all of the scope instead
  };
  struct Stream {
    std::string peer;
    std::uint64_t id = 0;
    std::vector<std::string> topics;
    std::uint32_t credit = 0, chunk = 0;
    std::deque<Place> queue;
    std::uint64_t first = 0;                           // number of queue.front(), counted from the begin
    std::map<std::string, std::uint64_t> newest;       // by topic, of those that conflate: number in the queue
    std::size_t edges = 0, bytes = 0, operations = 0;  // that wait
    std::uint64_t seq = 0, conflated = 0, dropped = 0;
    std::int64_t sent_ns = 0;
  };
  enum class Fate { kGoesOn, kGone, kCut };
  Fate send(Stream& stream, publish::ControlServer& server, std::int64_t now_ns);
  void begin(const std::string& peer, const wire::Request& request, publish::ControlServer& server, std::int64_t now_ns);
  void queue(Stream& stream, const PublishedPointer& message);
  bool send_batch(Stream& stream, publish::ControlServer& server, std::int64_t now_ns);
  void take_place(Stream& stream, wire::StreamBatch& batch, std::size_t& bytes, std::int64_t now_ns);

  const LevelMirror& levels_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::deque<std::vector<std::byte>> full_;  // bytes of one batch that are in no queue
  std::vector<PublishedPointer> in_batch_;   // held until the batch is encoded
  wire::SignalCodec signals_;
  wire::NodeCodec codec_;
  StreamCounters counters_;
};

}  // namespace groundswell::relay
