// A stage that must have room inside its step, and who makes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/ring.hpp"
#include "pipeline/runner.hpp"

namespace groundswell::pipeline {
namespace {

constexpr int kNumbers = 1'000;

// Hands on all its numbers within one step, through a ring that holds a few of them.
class Producer final : public Stage {
 public:
  explicit Producer(Ring<int>& ring) : Stage("producer"), ring_(ring) {}
  Waiter wait;
  int waits = 0;

  std::size_t step(std::int64_t) override {
    if (finished_) return 0;
    for (int number = 0; number < kNumbers; ++number) {
      while (ring_.push(&number, 1) == 0) {
        ++waits;
        if (!wait()) return 0;
      }
    }
    finished_ = true;
    return kNumbers;
  }
  bool finished() const noexcept override { return finished_; }
  bool has_work() const noexcept override { return !finished_; }

 private:
  Ring<int>& ring_;
  bool finished_ = false;
};

class Consumer final : public Stage {
 public:
  explicit Consumer(Ring<int>& ring) : Stage("consumer"), ring_(ring) {}
  std::vector<int> taken;

  std::size_t step(std::int64_t) override {
    int number = 0;
    std::size_t work = 0;
    for (; ring_.pop(&number, 1) == 1; ++work) taken.push_back(number);
    return work;
  }
  bool finished() const noexcept override { return taken.size() == kNumbers; }
  bool has_work() const noexcept override { return ring_.used_slots() > 0; }

 private:
  Ring<int>& ring_;
};

void expect_in_order(const std::vector<int>& taken) {
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(kNumbers));
  EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
}

class RunnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Runner> runner(std::vector<Stage*> stages) {
    auto made = Runner::make({.name = "test", .idle = config::Idle::kBlock, .cpus = {}}, std::move(stages), status_);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  EngineStatus status_;
  Ring<int> ring_{4};
  Producer producer_{ring_};
  Consumer consumer_{ring_};
};

TEST_F(RunnerTest, AStageOfTheSameThreadMakesRoomInsideTheStepThatWaits) {
  const auto one = runner({&producer_, &consumer_});
  producer_.wait = one->waiter({&consumer_});
  one->start();
  one->join();
  expect_in_order(consumer_.taken);
  EXPECT_GT(producer_.waits, 0);
}

TEST_F(RunnerTest, AStageOfAnotherThreadMakesRoom) {
  const auto first = runner({&producer_}), second = runner({&consumer_});
  first->wakes(*second);
  producer_.wait = first->waiter();
  first->start();
  second->start();
  first->join();
  second->join();
  expect_in_order(consumer_.taken);
  EXPECT_GT(producer_.waits, 0);
}

TEST_F(RunnerTest, WhoWaitsGivesUpWhenTheEngineHasFailed) {
  const auto one = runner({&producer_});
  producer_.wait = one->waiter();
  status_.fail(fail(Exit::kIo, "the disk is full"));
  EXPECT_EQ(producer_.step(0), 0U);
  EXPECT_EQ(producer_.waits, 1);
}

}  // namespace
}  // namespace groundswell::pipeline
