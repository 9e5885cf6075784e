#include "pipeline/runner.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kLongestWaitNs = 250'000'000;
constexpr std::uint64_t kRoundsOfLooking = 200, kRoundsOfYielding = 50;  // backoff: some microseconds, then some tens of them
constexpr std::size_t kLongestThreadName = 15;
constexpr unsigned kCpusToSpin = 4, kCpusToStage = 4;

void rest_the_core() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

bool is_ours(std::uint32_t cpu) {
  cpu_set_t ours;
  CPU_ZERO(&ours);
  return cpu < CPU_SETSIZE && ::sched_getaffinity(0, sizeof ours, &ours) == 0 && CPU_ISSET(cpu, &ours);
}

void run_on(const std::vector<std::uint32_t>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const std::uint32_t cpu : cpus) CPU_SET(cpu, &set);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0) log_warning("engine", "cannot pin a thread: it runs anywhere");
}

}  // namespace

Result<void> check_machine(const config::Config& config) {
  const unsigned cpus = std::thread::hardware_concurrency();
  if (config.idle == config::Idle::kSpin && cpus < kCpusToSpin) {
    return fail(Exit::kConfig,
                fmt::format("pipeline.idle = \"spin\" needs {} CPUs, there are {}: waiting threads would take them from working "
                            "ones; use backoff",
                            kCpusToSpin, cpus));
  }
  const auto pins = config::parse_pins(config.pin);
  for (const config::Pin& pin : pins.value_or(std::vector<config::Pin>{})) {
    if (!is_ours(pin.cpu)) {
      return fail(Exit::kConfig,
                  fmt::format("pipeline.pin = \"{}\": CPU {} for {} does not exist here or is not ours; see `nproc` and `taskset "
                              "-cp $$`",
                              config.pin, pin.cpu, pin.stage));
    }
  }
  return {};
}

config::Threads wiring_of(const config::Config& config) {
  if (config.threads != config::Threads::kAuto) return config.threads;
  return std::thread::hardware_concurrency() >= kCpusToStage ? config::Threads::kStaged : config::Threads::kSingle;
}

std::vector<std::uint32_t> pinned_cpus(const config::Config& config, const std::vector<std::string>& stages) {
  std::vector<std::uint32_t> cpus;
  const auto pins = config::parse_pins(config.pin);
  for (const config::Pin& pin : pins.value_or(std::vector<config::Pin>{})) {
    if (std::find(stages.begin(), stages.end(), pin.stage) != stages.end()) cpus.push_back(pin.cpu);
  }
  return cpus;
}

Result<std::unique_ptr<Runner>> Runner::make(const RunnerOptions& options, std::vector<Stage*> stages, const EngineStatus& status) {
  const int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) return fail(Exit::kInternal, "no file descriptor left for thread " + options.name + "; raise the limit of open files");
  return std::unique_ptr<Runner>(new Runner(options, std::move(stages), status, wake_fd));
}

Runner::Runner(const RunnerOptions& options, std::vector<Stage*> stages, const EngineStatus& status, int wake_fd)
    : options_(options), stages_(std::move(stages)), status_(status), wake_fd_(wake_fd) {}

Runner::~Runner() {
  join();
  ::close(wake_fd_);
}

void Runner::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), options_.name.substr(0, kLongestThreadName).c_str());
    run_on(options_.cpus);
    run();
  });
}

void Runner::join() {
  if (thread_.joinable()) thread_.join();
}

void Runner::wake() noexcept {
  if (!asleep_.exchange(false)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);  // full means it is awake
}

void Runner::wake_others() noexcept {
  for (Runner* const other : wakes_) other->wake();
}

std::size_t Runner::turn() {
  std::size_t work = 0;
  const std::int64_t now_ns = monotonic_clock_ns();
  std::int64_t began_ns = now_ns;
  for (Stage* const stage : stages_) {
    in_step_.store(stage, std::memory_order_relaxed);
    const std::size_t done = stage->step(now_ns);
    in_step_.store(nullptr, std::memory_order_relaxed);
    const std::int64_t ended_ns = monotonic_clock_ns();
    if (done > 0) stage->step_times().record(ended_ns - began_ns);
    began_ns = ended_ns;
    work += done;
  }
  turns_.fetch_add(1, std::memory_order_relaxed);
  return work;
}

bool Runner::all_finished() const noexcept {
  return std::all_of(stages_.begin(), stages_.end(), [](const Stage* stage) { return stage->finished(); });
}

void Runner::run() {
  std::uint64_t rounds_without_work = 0;
  bool worked = false;
  while (!status_.failed() && !all_finished()) {
    // Most turns with work are followed by one without: who sleeps then makes it his last look.
    if (worked && idle_now() == config::Idle::kBlock) {
      worked = block();
      continue;
    }
    worked = turn() > 0;
    if (worked) {
      rounds_without_work = 0;
      wake_others();
    } else {
      wait(rounds_without_work++);
    }
  }
  ended_ = true;
  wake_others();  // our end may be what they wait for
}

config::Idle Runner::idle_now() {
  sockets_.clear();
  for (Stage* const stage : stages_) stage->wait_on(sockets_);
  return sockets_.empty() ? options_.idle : config::Idle::kBlock;
}

void Runner::wait(std::uint64_t rounds_without_work) {
  const config::Idle idle = idle_now();
  const bool looks = idle == config::Idle::kSpin || (idle == config::Idle::kBackoff && rounds_without_work < kRoundsOfLooking);
  const bool yields =
      idle == config::Idle::kYield || (idle == config::Idle::kBackoff && rounds_without_work < kRoundsOfLooking + kRoundsOfYielding);
  if (looks) {
    rest_the_core();
  } else if (yields) {
    ::sched_yield();
  } else {
    block();
  }
}

// Whether the last look found work; else it has slept.
bool Runner::block() {
  asleep_ = true;  // before the last look, so that whoever brings something after it wakes us
  if (turn() > 0) {
    asleep_ = false;
    wake_others();
    return true;
  }
  if (all_finished() || status_.failed()) return false;
  sockets_.clear();  // that look may have changed what there is to wait for
  for (Stage* const stage : stages_) stage->wait_on(sockets_);
  const std::int64_t now_ns = monotonic_clock_ns();
  std::int64_t until_ns = now_ns + kLongestWaitNs;
  for (const Stage* const stage : stages_) until_ns = std::min(until_ns, stage->due_ns());
  const std::int64_t wait_ms = std::max<std::int64_t>(0, until_ns - now_ns + 999'999) / 1'000'000;
  if (net::wait_drained(sockets_, wake_fd_, static_cast<int>(wait_ms))) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(wake_fd_, &count, sizeof count);
  }
  asleep_ = false;
  return false;
}

bool Runner::wait_for_room() noexcept {
  turns_.fetch_add(1, std::memory_order_relaxed);  // it is alive; whoever does not make room is to blame
  wake_others();
  const Stage* const waiting = in_step_.load(std::memory_order_relaxed);
  std::size_t work = 0;
  for (Stage* const stage : make_room_) {
    in_step_.store(stage, std::memory_order_relaxed);
    work += stage->step(monotonic_clock_ns());
  }
  in_step_.store(waiting, std::memory_order_relaxed);
  if (work == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
  return !status_.failed();
}

const Stage* Runner::stage_with_work() const noexcept {
  if (const Stage* const stage = in_step_.load(std::memory_order_relaxed)) return stage;
  const auto found = std::find_if(stages_.begin(), stages_.end(), [](const Stage* stage) { return stage->has_work(); });
  return found == stages_.end() ? nullptr : *found;
}

}  // namespace groundswell::pipeline
