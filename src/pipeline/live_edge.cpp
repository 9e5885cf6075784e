// The edge thread (journal first, then the world) and the sync thread (fdatasync, which may take many milliseconds, and nothing else).
#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/live_impl.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kFlushAfterNs = 5'000'000;
constexpr std::int64_t kHeartbeatNs = 250'000'000;
constexpr std::int64_t kIdleSyncNs = 1'000'000'000;

}  // namespace

void LiveEngine::Impl::fail_with(const Error& why) {
  {
    const std::scoped_lock lock(error_mutex);
    if (failed) return;
    error = why;
  }
  failed = true;
  log_error("engine", "{}", why.message);
}

bool LiveEngine::Impl::check(const Result<void>& result) {
  if (!result) fail_with(result.error());
  return result.has_value();
}

void LiveEngine::Impl::flush() {
  if (!check(writer->flush())) return;
  written_jseq.store(writer->written_jseq());
  if (config.durability == config::Durability::kPower) want_sync();
}

void LiveEngine::Impl::want_sync() {
  const std::scoped_lock lock(sync_mutex);
  sync_wanted.notify_one();
}

// Whether what record `jseq` caused may go out.
bool LiveEngine::Impl::is_safe(std::uint64_t jseq) const noexcept {
  return (config.durability == config::Durability::kPower ? synced_jseq : written_jseq).load() >= jseq;
}

std::size_t LiveEngine::Impl::take_records() {
  constexpr std::size_t kAtOnce = 512;
  Record items[kAtOnce];
  const std::size_t count = records.pop(items, kAtOnce);
  std::size_t from = 0;
  const auto append = [&](std::size_t to) { return from == to || check(writer->append({items + from, to - from})); };
  for (std::size_t i = 0; i < count; ++i) {
    if (items[i].kind != kCatalogChanged) continue;
    if (!append(i)) return count;
    from = i + 1;
    Catalog catalog;
    {
      const std::scoped_lock lock(catalogs_mutex);
      catalog = std::move(catalogs.front());
      catalogs.pop_front();
    }
    if (!check(writer->append_catalog(catalog))) return count;
    publisher->set_catalog(catalog);
  }
  append(count);
  written_jseq.store(writer->written_jseq());
  return count;
}

// Publishes the oldest message if its cause is safe. False: nothing to do now.
bool LiveEngine::Impl::publish_due(bool draining) {
  OutboxReceiver::Message message;
  if (!inbox->front(message)) return false;
  const std::uint64_t cause = message.head->cause_jseq;
  const bool is_edge = message.edge != nullptr;
  while (writer->appended_jseq() < cause && !failed) take_records();  // its cause went into the ring before it
  if (writer->written_jseq() < cause) {
    if (!is_edge && !draining) return false;  // levels wait for the block, at most 5 ms
    flush();
  }
  if (failed) return false;
  if (!is_safe(cause)) {
    want_sync();  // its block may have been written because it was full, or by another edge: nobody has asked yet
    return false;
  }
  const std::int64_t now_ns = wall_clock_ns();
  wire::NextNumbers& numbers = next[message.head->scope];
  if (is_edge) {
    const auto bytes = publisher->encode_edge(*message.edge, {message.why, message.head->why}, now_ns);
    if (!check(writer->append_edges(bytes, 1))) return false;
    written_jseq.store(writer->written_jseq());  // it wrote the open block first
    ++edges_journaled;
    publisher->edge(*message.edge, bytes);
    for (wire::NextNumbers& each : next) each.eseq = message.edge->eseq + 1;
    numbers.scope_seq = message.edge->scope_seq + 1;
  } else {
    publisher->levels({.header = {.session = message.head->session, .scope = message.head->scope},
                       .level_seq = message.head->level_seq,
                       .ts_event_ns = message.head->ts_event_ns,
                       .cause_jseq = cause,
                       .clock = message.head->clock,
                       .levels = {message.levels, message.head->count}},
                      now_ns);
    numbers.level_seq = message.head->level_seq + 1;
  }
  inbox->pop();
  return true;
}

void LiveEngine::Impl::timers(std::int64_t now_ns, std::int64_t& heartbeat_at_ns, std::int64_t& catalog_at_ns) {
  if (now_ns >= heartbeat_at_ns) {
    heartbeat_at_ns = now_ns + kHeartbeatNs;
    publisher->heartbeat({.send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                          .event_time_ns = event_time_ns.load(std::memory_order_relaxed),
                          .written_jseq = written_jseq.load(),
                          .synced_jseq = synced_jseq.load(),
                          .state = ended ? wire::EngineState::kStopping : wire::EngineState::kRunning,
                          .next = next});
  }
  if (now_ns >= catalog_at_ns) {
    catalog_at_ns = now_ns + kCatalogNs;
    publisher->catalog();
  }
}

void LiveEngine::Impl::run_edge() {
  std::int64_t heartbeat_at_ns = 0, catalog_at_ns = 0;
  net::Socket* sockets[] = {&publisher->socket()};
  while (!failed) {
    const bool draining = core_done.load();
    std::size_t work = take_records();
    const std::int64_t now_ns = monotonic_clock_ns();
    if (!writer->has_open_block()) {
      block_open_since_ns = now_ns;
    } else if (draining || now_ns - block_open_since_ns >= kFlushAfterNs) {
      flush();
      block_open_since_ns = now_ns;
    }
    for (int i = 0; i < 256 && publish_due(draining); ++i) ++work;
    publisher->drain();
    timers(now_ns, heartbeat_at_ns, catalog_at_ns);
    if (work > 0) continue;
    OutboxReceiver::Message message;
    const bool held = inbox->front(message);
    if (draining && !held && records.used_slots() == 0) break;
    edge_asleep = true;  // before the last look, so that whoever brings something after it wakes us
    if (records.used_slots() == 0 && (held ? !is_safe(message.head->cause_jseq) : outputs.used_slots() == 0)) {
      const std::int64_t until_ns = writer->has_open_block() ? block_open_since_ns + kFlushAfterNs : heartbeat_at_ns;
      const std::int64_t wait_ms = (std::min(until_ns, heartbeat_at_ns) - now_ns + 999'999) / 1'000'000;
      const std::uint64_t ready = net::wait_any(sockets, wake_edge_fd, static_cast<int>(std::clamp<std::int64_t>(wait_ms, 0, 250)));
      if ((ready & 2) != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(wake_edge_fd, &count, sizeof count);
      }
    }
    edge_asleep = false;
  }
  finish_edge();
  edge_done = true;
}

void LiveEngine::Impl::finish_edge() {
  {
    const std::scoped_lock lock(sync_mutex);
    sync_stop = true;
    sync_wanted.notify_one();
  }
  sync_thread.join();
  if (failed) return;  // nothing unjournaled was published, and nothing more will be
  if (!check(writer->close())) return;
  written_jseq = synced_jseq = writer->appended_jseq();
  ended = true;
  std::int64_t now = 0, never = monotonic_clock_ns() + kCatalogNs;
  timers(monotonic_clock_ns(), now, never);  // the last heartbeat, with the next numbers: nothing follows it
}

void LiveEngine::Impl::run_sync() {
  const bool power = config.durability == config::Durability::kPower;
  std::unique_lock lock(sync_mutex);
  while (!sync_stop) {
    const auto due = [&] { return sync_stop || (power && written_jseq.load() > synced_jseq.load()); };
    sync_wanted.wait_for(lock, std::chrono::nanoseconds(kIdleSyncNs), due);
    if (written_jseq.load() == synced_jseq.load()) continue;
    lock.unlock();
    const auto synced = writer->sync();
    if (!synced) {
      fail_with(synced.error());
      wake_edge();
      return;
    }
    synced_jseq = *synced;
    wake_edge();
    lock.lock();
  }
}

}  // namespace groundswell::pipeline
