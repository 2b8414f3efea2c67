#include <memory>
#include <zlib.h>

#include "gateway/policy/scan/pdf.h"

namespace charmille::policy {
namespace {

bool has_header(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  return (first & 0x0F) == 8 && (first << 8 | second) % 31 == 0;
}

/// Counts what a stream expands to; a stream that expands to another one, that too.
class Expansion {
 public:
  Expansion(std::uint64_t& left, unsigned depth) : left_(left), depth_(depth) {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  Expansion(const Expansion&) = delete;
  Expansion& operator=(const Expansion&) = delete;
  ~Expansion() { inflateEnd(&stream_); }

  /// The bytes taken until the end of the stream, or of what can be read. False: over the limit.
  bool add(std::string_view bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int state = Z_OK;
    while (state == Z_OK) {
      const uInt before = stream_.avail_in;
      char out[16 * 1024];
      stream_.next_out = reinterpret_cast<Bytef*>(out);
      stream_.avail_out = sizeof(out);
      state = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t count = sizeof(out) - stream_.avail_out;
      const std::uint64_t cost = count + (before - stream_.avail_in);
      if (cost > left_) return false;
      left_ -= cost;
      if (!pass_on({out, count})) return false;
      if (cost == 0) break;
    }
    taken_ = bytes.size() - stream_.avail_in;
    return true;
  }
  std::size_t taken() const { return taken_; }

 private:
  bool pass_on(std::string_view bytes) {
    if (bytes.empty()) return true;
    if (!begun_ && depth_ > 0 && has_header(bytes))
      inner_ = std::make_unique<Expansion>(left_, depth_ - 1);
    begun_ = true;
    return inner_ == nullptr || inner_->add(bytes);
  }

  z_stream stream_{};
  std::uint64_t& left_;
  const unsigned depth_;
  std::size_t taken_ = 0;
  bool begun_ = false;
  std::unique_ptr<Expansion> inner_;
};

}  // namespace

bool inflates_within(std::string_view pdf, std::uint64_t limit) {
  constexpr std::string_view keyword = "stream";
  constexpr unsigned nesting = 4;
  std::uint64_t left = limit;
  for (std::size_t at = pdf.find(keyword); at != pdf.npos; at = pdf.find(keyword, at)) {
    at += keyword.size();
    std::size_t from = at;
    while (from < pdf.size() && (pdf[from] == '\r' || pdf[from] == '\n' || pdf[from] == ' '))
      ++from;
    if (!has_header(pdf.substr(from, 2))) continue;
    Expansion expansion(left, nesting);
    if (!expansion.add(pdf.substr(from))) return false;
    at = from + expansion.taken();
  }
  return true;
}

}  // namespace charmille::policy
