// Memory of one document: taken in order, given back all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace charmille::tree {

/// A bump allocator for trivially destructible values. Not shared between threads while it grows.
class Arena {
 public:
  explicit Arena(std::size_t first_block = 4096) : next_size_(first_block) {}
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    at_ = std::exchange(other.at_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    next_size_ = other.next_size_;
    taken_ = std::exchange(other.taken_, 0);
    return *this;
  }

  void* take(std::size_t size, std::size_t align) {
    std::size_t gap = padding(align);
    if (at_ == nullptr || gap + size > static_cast<std::size_t>(end_ - at_)) {
      grow(size + align);
      gap = padding(align);
    }
    std::byte* const first = at_ + gap;
    at_ = first + size;
    return first;
  }

  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* first = static_cast<T*>(take(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T();
    return {first, count};
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(take(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Bytes held, for limits.
  std::size_t taken() const { return taken_; }

 private:
  /// Bytes to leave out before the next value, which begins at a multiple of `align` (a power of
  /// 2).
  std::size_t padding(std::size_t align) const {
    return -reinterpret_cast<std::uintptr_t>(at_) & (align - 1);
  }
  void grow(std::size_t least) {
    const std::size_t size = least > next_size_ ? least : next_size_;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    at_ = blocks_.back().get();
    end_ = at_ + size;
    taken_ += size;
    if (next_size_ < (1U << 20)) next_size_ *= 2;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t next_size_ = 4096;
  std::size_t taken_ = 0;
};

}  // namespace charmille::tree
