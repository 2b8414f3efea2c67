#include "gateway/policy/scan/text_stream.h"

#include <array>

namespace charmille::policy {
namespace {

constexpr std::uint8_t no_digit = 0xFF;

/// Values of the digits of base64, those of URLs too.
constexpr std::array<std::uint8_t, 256> digits = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  values[static_cast<unsigned char>('-')] = 62;
  values[static_cast<unsigned char>('_')] = 63;
  return values;
}();

bool is_digit(char c) {
  return digits[static_cast<unsigned char>(c)] != no_digit;
}

}  // namespace

bool Base64Runs::add(char c) {
  if (is_digit(c)) {
    run_ += c;
    ++line_;
    broken_ = false;
    return true;
  }
  if (run_.empty()) return true;
  if (c == '\r' || c == '\n') {
    // A second line end is an empty line.
    if (c == '\n' && broken_ && line_ == 0) return false;
    if (!broken_ && line_ < full_line_) return false;
    if (c == '\n') line_ = 0;
    broken_ = true;
    return true;
  }
  return broken_ && (c == ' ' || c == '\t');
}

std::string Base64Runs::decode() const {
  std::string bytes;
  bytes.reserve(run_.size() * 3 / 4);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : run_) {
    group = group << 6 | digits[static_cast<unsigned char>(c)];
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFF);
  }
  return bytes;
}

void TextStream::add(std::string_view utf8) {
  search_.add(utf8);
  marked_.add(utf8);
  if (oversize_) return;
  runs_.add(utf8, [this](std::string bytes) { document(std::move(bytes)); });
  if (runs_.size() / 4 * 3 <= walk_.limits().document) return;
  oversize_ = true;
  walk_.obstacle(Obstacle::too_large, spot_);
}

void TextStream::part() {
  search_.gap();
  marked_.part();
  if (!oversize_) runs_.end([this](std::string bytes) { document(std::move(bytes)); });
}

void TextStream::finish() {
  part();
  search_.finish();
  walk_.found(search_, spot_);
  if (const Search* unmarked = marked_.finish()) walk_.found(*unmarked, spot_);
}

void TextStream::document(std::string bytes) {
  // Certificates, signatures, long words are smaller than documents.
  constexpr std::size_t least = 4096;
  walk_.embedded(std::move(bytes), spot_.inside("base64[" + std::to_string(++documents_) + ']'),
                 least);
}

}  // namespace charmille::policy
