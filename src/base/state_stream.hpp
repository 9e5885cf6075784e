// State as bytes: what a snapshot takes from an object, and puts into another one that was constructed from the same setup.
//
// A class lists once, beside its members, all that changes after construction:
//
//   template <class Self, class Archive>
//   static void visit_state(Self& self, Archive& archive) {
//     archive(self.rows, self.next);             // any number of members
//     archive.up_to_capacity(self.changed);      // a vector whose length changes within its reserved capacity
//   }
//
// and the two archives below walk the same list. What may be in it: trivially copyable values without pointers (as their bytes), vectors
// of a length fixed at construction, tuples, and objects that have visit_state() themselves or, when their members are hidden, save() and
// restore(). A new member of a class that is not in its list makes the law "stopping and going on changes nothing" fail.
//
// With Fit::kPrefix a vector takes bytes of a shorter one into its front, and keeps what it has behind: for an object that takes over from
// one that knew fewer symbols, which have the same numbers in both.
//
// Every value is preceded by the size and number of its elements, and a reader takes only what fits the object it restores: bytes of
// another layout, another universe or another length are refused. Contents are not judged: whoever keeps the bytes guards them by a hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

namespace groundswell {

namespace state {

struct Shape {  // before every run of elements
  std::uint64_t element_bytes;
  std::uint64_t elements;
  friend bool operator==(const Shape&, const Shape&) = default;
};

template <class T>
inline constexpr bool is_vector = false;
template <class T, class Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class T>
inline constexpr bool is_plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !is_tuple<T>;

}  // namespace state

// Appends to a buffer that the caller owns. One pass of copies; allocates only when the buffer has to grow.
class StateWriter {
 public:
  explicit StateWriter(std::vector<std::byte>& out) noexcept : out_(out) {}
  template <class... Members>
  void operator()(const Members&... members) {
    (one(members), ...);
  }
  template <class T>
  void up_to_capacity(const std::vector<T>& values) {
    one(values);
  }

 private:
  template <class T>
  void one(const T& value) {
    if constexpr (requires { value.save(*this); }) {
      value.save(*this);
    } else if constexpr (requires { T::visit_state(value, *this); }) {
      T::visit_state(value, *this);
    } else if constexpr (state::is_tuple<T>) {
      std::apply([&](const auto&... parts) { (one(parts), ...); }, value);
    } else if constexpr (state::is_vector<T>) {
      many(value);
    } else if constexpr (!std::is_empty_v<T>) {
      static_assert(state::is_plain<T>, "give the type a visit_state(), or leave it out of the state");
      put({sizeof(T), 1}, &value);
    }
  }
  template <class T, class Allocator>
  void many(const std::vector<T, Allocator>& values) {
    static_assert(!std::is_same_v<T, bool>, "bits have no address: use bytes");
    if constexpr (state::is_plain<T>) {
      put({sizeof(T), values.size()}, values.data());
    } else {
      put({0, values.size()}, nullptr);
      for (const T& value : values) one(value);
    }
  }
  void put(const state::Shape& shape, const void* elements) {
    append(&shape, sizeof shape);
    append(elements, shape.element_bytes * shape.elements);
  }
  void append(const void* bytes, std::size_t length) {
    const auto* first = static_cast<const std::byte*>(bytes);
    if (length > 0) out_.insert(out_.end(), first, first + length);
  }
  std::vector<std::byte>& out_;
};

// Fills members from bytes. After the first thing that does not fit it changes nothing more; the object that was being restored is then
// good for nothing but destruction. Allocates nothing.
class StateReader {
 public:
  enum class Fit : std::uint8_t { kExact, kPrefix };
  explicit StateReader(std::span<const std::byte> bytes, Fit fit = Fit::kExact) noexcept : bytes_(bytes), fit_(fit) {}
  template <class... Members>
  void operator()(Members&... members) noexcept {
    (one(members), ...);
  }
  template <class T>
  void up_to_capacity(std::vector<T>& values) noexcept {
    static_assert(state::is_plain<T> && !std::is_same_v<T, bool>);
    state::Shape shape{};
    if (!take(&shape, sizeof shape) || !check(shape.element_bytes == sizeof(T) && shape.elements <= values.capacity())) return;
    if (!check(shape.elements * sizeof(T) <= bytes_.size())) return;
    values.resize(shape.elements);
    take(values.data(), shape.elements * sizeof(T));
  }
  bool is_complete() const noexcept { return fits_ && bytes_.empty(); }  // everything fitted, and nothing is left

 private:
  template <class T>
  void one(T& value) noexcept {
    if constexpr (requires { value.restore(*this); }) {
      value.restore(*this);
    } else if constexpr (requires { T::visit_state(value, *this); }) {
      T::visit_state(value, *this);
    } else if constexpr (state::is_tuple<T>) {
      std::apply([&](auto&... parts) { (one(parts), ...); }, value);
    } else if constexpr (state::is_vector<T>) {
      many(value);
    } else if constexpr (!std::is_empty_v<T>) {
      static_assert(state::is_plain<T>, "give the type a visit_state(), or leave it out of the state");
      get({sizeof(T), 1}, &value);
    }
  }
  template <class T, class Allocator>
  void many(std::vector<T, Allocator>& values) noexcept {
    if constexpr (state::is_plain<T>) {
      get({sizeof(T), values.size()}, values.data());
    } else {
      const std::size_t known = get({0, values.size()}, nullptr);
      for (std::size_t i = 0; i < known; ++i) one(values[i]);
    }
  }
  // Says how many elements there were.
  std::size_t get(const state::Shape& expected, void* elements) noexcept {
    state::Shape shape{};
    if (!take(&shape, sizeof shape) || !check(shape.element_bytes == expected.element_bytes && fits(shape.elements, expected.elements)))
      return 0;
    take(elements, shape.element_bytes * shape.elements);
    return static_cast<std::size_t>(shape.elements);
  }
  bool fits(std::uint64_t saved, std::uint64_t own) const noexcept { return fit_ == Fit::kExact ? saved == own : saved <= own; }
  bool check(bool holds) noexcept { return fits_ = fits_ && holds; }
  bool take(void* to, std::size_t length) noexcept {
    if (!check(length <= bytes_.size())) return false;
    if (to != nullptr && length > 0) std::memcpy(to, bytes_.data(), length);  // an empty vector has no bytes to copy to
    bytes_ = bytes_.subspan(length);
    return true;
  }
  std::span<const std::byte> bytes_;
  Fit fit_;
  bool fits_ = true;
};

}  // namespace groundswell
