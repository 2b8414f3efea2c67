#include "gateway/merkle/tree.h"

#include <algorithm>
#include <bit>

#include "gateway/base/bytes.h"

namespace charmille::merkle {
namespace {

tl::unexpected<Fault> out_of_range(std::string_view what) {
  return fail("CH-SYS-001", {}, {{"what", "merkle proof out of range: " + std::string(what)}});
}

/// The root over leaves [begin, end), where `begin` is a multiple of every complete subtree in it:
/// the recursion of MTH, which folds complete subtrees from the right.
Result<Digest> range_root(const NodeReader& read, std::uint64_t begin, std::uint64_t end) {
  std::optional<Digest> root;
  while (end != begin) {
    const auto height = static_cast<unsigned>(std::countr_zero(end - begin));
    const std::uint64_t width = std::uint64_t{1} << height;
    const auto hash = read({height, (end - width) >> height});
    if (!hash) return fail(hash.error());
    root = root ? node_hash(*hash, *root) : *hash;
    end -= width;
  }
  return root ? *root : empty_root();
}

/// The largest power of two strictly below n > 1.
std::uint64_t split_of(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

Result<std::vector<Digest>> reversed(std::vector<Digest> path) {
  std::ranges::reverse(path);
  return path;
}

}  // namespace

Digest leaf_hash(Bytes entry) {
  constexpr std::uint8_t prefix[1] = {0};
  return crypto::Sha256().update(prefix).update(entry).finish();
}

Digest leaf_hash(std::string_view entry) {
  return leaf_hash(base::as_bytes(entry));
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> bytes{};
  bytes[0] = 1;
  std::ranges::copy(left, bytes.begin() + 1);
  std::ranges::copy(right, bytes.begin() + 33);
  return crypto::sha256(bytes);
}

const Digest& empty_root() {
  static const Digest root = crypto::sha256(Bytes{});
  return root;
}

Digest root_of(std::span<const Digest> hashes) {
  Frontier frontier;
  for (const Digest& hash : hashes) frontier.append(hash);
  return frontier.root();
}

std::size_t Frontier::count() const {
  return static_cast<std::size_t>(std::popcount(size_));
}

void Frontier::append(const Digest& leaf) {
  std::size_t top = count();
  Digest hash = leaf;
  for (std::uint64_t left = size_; (left & 1) != 0; left >>= 1)
    hash = node_hash(hashes_[--top], hash);
  hashes_[top] = hash;
  ++size_;
}

Digest Frontier::root() const {
  if (size_ == 0) return empty_root();
  std::size_t top = count() - 1;
  Digest root = hashes_[top];
  while (top != 0) root = node_hash(hashes_[--top], root);
  return root;
}

std::string Frontier::serialise() const {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size_ >> shift & 0xFF);
  for (const Digest& hash : std::span(hashes_).first(count())) out += base::as_text(hash);
  return out;
}

std::optional<Frontier> Frontier::parse(Bytes bytes) {
  if (bytes.size() < 8) return {};
  Frontier frontier;
  for (const std::uint8_t byte : bytes.first(8)) frontier.size_ = frontier.size_ << 8 | byte;
  bytes = bytes.subspan(8);
  if (bytes.size() != frontier.count() * sizeof(Digest)) return {};
  for (Digest& hash : std::span(frontier.hashes_).first(frontier.count())) {
    std::ranges::copy(bytes.first(sizeof(Digest)), hash.begin());
    bytes = bytes.subspan(sizeof(Digest));
  }
  return frontier;
}

Result<Frontier> Frontier::restore(const NodeReader& read, std::uint64_t size) {
  Frontier frontier;
  std::size_t top = 0;
  for (unsigned height = 64; height-- != 0;) {
    if ((size >> height & 1) == 0) continue;
    const auto hash = read({height, (size >> height) - 1});
    if (!hash) return fail(hash.error());
    frontier.hashes_[top++] = *hash;
  }
  frontier.size_ = size;
  return frontier;
}

bool Frontier::operator==(const Frontier& other) const {
  return size_ == other.size_ && std::ranges::equal(std::span(hashes_).first(count()),
                                                    std::span(other.hashes_).first(count()));
}

Result<Digest> root_at(const NodeReader& read, std::uint64_t size) {
  return range_root(read, 0, size);
}

Result<std::vector<Digest>> prove_inclusion(const NodeReader& read, std::uint64_t index,
                                            std::uint64_t size) {
  if (index >= size) return out_of_range("index");
  std::vector<Digest> path;  // from the root down
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_of(end - begin);
    const bool left = index < middle;
    const auto sibling = left ? range_root(read, middle, end) : range_root(read, begin, middle);
    if (!sibling) return fail(sibling.error());
    path.push_back(*sibling);
    (left ? end : begin) = middle;
  }
  return reversed(std::move(path));
}

Result<std::vector<Digest>> prove_consistency(const NodeReader& read, std::uint64_t from,
                                              std::uint64_t to) {
  if (from == 0 || from > to) return out_of_range("size");
  std::vector<Digest> path;  // from the root down
  std::uint64_t begin = 0;
  std::uint64_t end = to;
  while (end != from) {
    const std::uint64_t middle = begin + split_of(end - begin);
    const bool left = from <= middle;
    const auto sibling = left ? range_root(read, middle, end) : range_root(read, begin, middle);
    if (!sibling) return fail(sibling.error());
    path.push_back(*sibling);
    (left ? end : begin) = middle;
  }
  // The old tree itself is known to who asks, unless it was only a part of a subtree.
  if (begin != 0) {
    const auto old = range_root(read, begin, end);
    if (!old) return fail(old.error());
    path.push_back(*old);
  }
  return reversed(std::move(path));
}

}  // namespace charmille::merkle
