// State as bytes: what is saved comes back, and what does not fit is refused.
#include <gtest/gtest.h>

#include <array>

#include "base/state_stream.hpp"

namespace groundswell {
namespace {

struct Nothing {};
struct Plain {
  std::int64_t number = 0;
  bool flag = false;
  friend bool operator==(const Plain&, const Plain&) = default;
};
struct Part {
  std::string name;  // fixed
  std::tuple<Plain, Nothing, std::array<double, 3>> memory;
  std::vector<std::uint32_t> members;  // grows to what is reserved
  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.memory);
    archive.up_to_capacity(self.members);
  }
};
class Hidden {
 public:
  void save(StateWriter& archive) const { visit_state(*this, archive); }
  void restore(StateReader& archive) noexcept { visit_state(*this, archive); }
  std::vector<Plain> plain{3};
  std::vector<std::vector<int>> nested{{0, 0}, {0}};
  std::vector<Part> parts{2};

 private:
  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.plain, self.nested, self.parts);
  }
};

Hidden made() {
  Hidden object;
  for (Part& part : object.parts) part.members.reserve(4);
  return object;
}
Hidden changed() {
  Hidden object = made();
  object.plain[1] = {-7, true};
  object.nested = {{1, 2}, {3}};
  object.parts[0].name = "fixed";
  std::get<0>(object.parts[0].memory) = {11, false};
  std::get<2>(object.parts[1].memory) = {0.1, 0.2, 0.3};
  object.parts[1].members = {5, 6, 7};
  return object;
}
std::vector<std::byte> saved(const Hidden& object) {
  std::vector<std::byte> bytes;
  StateWriter writer(bytes);
  writer(object);
  return bytes;
}
bool restores(Hidden& object, std::span<const std::byte> bytes) {
  StateReader reader(bytes);
  reader(object);
  return reader.is_complete();
}

TEST(StateStream, WhatIsSavedComesBack) {
  const Hidden before = changed();
  Hidden after = made();
  ASSERT_TRUE(restores(after, saved(before)));
  EXPECT_EQ(after.plain, before.plain);
  EXPECT_EQ(after.nested, before.nested);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(std::get<0>(after.parts[i].memory), std::get<0>(before.parts[i].memory));
    EXPECT_EQ(std::get<2>(after.parts[i].memory), std::get<2>(before.parts[i].memory));
    EXPECT_EQ(after.parts[i].members, before.parts[i].members);
  }
  EXPECT_EQ(after.parts[0].name, "") << "what is not listed is not touched";
}

TEST(StateStream, EveryCutAndEveryOtherShapeIsRefused) {
  const std::vector<std::byte> bytes = saved(changed());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Hidden object = made();
    EXPECT_FALSE(restores(object, std::span(bytes).first(length))) << length;
  }
  std::vector<std::byte> longer = bytes;
  longer.push_back(std::byte{0});
  Hidden object = made();
  EXPECT_FALSE(restores(object, longer));
  object = made();
  object.plain.resize(4);
  EXPECT_FALSE(restores(object, bytes)) << "a vector of another length";
  object = made();
  object.nested[1].resize(2);
  EXPECT_FALSE(restores(object, bytes)) << "a nested vector of another length";
  object = made();
  object.parts[1].members = std::vector<std::uint32_t>();
  object.parts[1].members.reserve(2);
  EXPECT_FALSE(restores(object, bytes)) << "more than what is reserved";
}

TEST(StateStream, AnyFlippedBitOfAShapeIsRefused) {
  struct Two {
    std::vector<std::uint16_t> fixed{1, 2, 3};
    std::vector<std::uint16_t> growing;
  };
  const auto fresh = [] {
    Two two;
    two.growing.reserve(5);
    return two;
  };
  Two two = fresh();
  two.growing = {4, 5};
  std::vector<std::byte> bytes;
  StateWriter writer(bytes);
  writer(two.fixed);
  writer.up_to_capacity(two.growing);
  const std::size_t shape_of_growing = sizeof(state::Shape) + 3 * sizeof(std::uint16_t);
  for (const std::size_t shape : {std::size_t{0}, shape_of_growing}) {
    for (std::size_t bit = 0; bit < 8 * sizeof(state::Shape); ++bit) {
      std::vector<std::byte> flipped = bytes;
      flipped[shape + bit / 8] ^= std::byte{1} << (bit % 8);
      Two restored = fresh();
      StateReader reader(flipped);
      reader(restored.fixed);
      reader.up_to_capacity(restored.growing);
      EXPECT_FALSE(reader.is_complete()) << "bit " << bit << " at " << shape;
    }
  }
}

}  // namespace
}  // namespace groundswell
