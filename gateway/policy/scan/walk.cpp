#include "gateway/policy/scan/walk.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/codec/text.h"
#include "gateway/codec/text_tables.h"
#include "gateway/crypto/digest.h"

namespace charmille::policy {
namespace {

using namespace std::literals;

/// Enough to tell a format; a PDF may have that much before its header.
constexpr std::size_t head_size = 1024;
constexpr std::size_t longest_name = 64 * 1024;

constexpr std::array images{"\x89PNG"sv, "\xFF\xD8\xFF"sv,   "GIF8"sv,   "II*\0"sv,
                            "MM\0*"sv,   "\0\0\0\x0CjP  "sv, "\x97JB2"sv};
constexpr std::array compressed_or_old{"\x1F\x8B"sv,
                                       "BZh"sv,
                                       "\xFD"
                                       "7zXZ"sv,
                                       "7z\xBC\xAF\x27\x1C"sv,
                                       "\x28\xB5\x2F\xFD"sv,
                                       "Rar!\x1A"sv,
                                       "\xD0\xCF\x11\xE0"sv,
                                       "{\\rtf"sv,
                                       "\x7F"
                                       "ELF"sv};

template <class Magics>
bool begins_with_one(std::string_view head, const Magics& magics) {
  return std::ranges::any_of(magics,
                             [&](std::string_view magic) { return head.starts_with(magic); });
}

bool is_image(std::string_view head, std::string_view media_type) {
  const bool riff = head.starts_with("RIFF") && head.size() > 12 && head.substr(8, 4) == "WEBP";
  const bool heif = head.size() > 12 && head.substr(4, 4) == "ftyp";
  return riff || heif || begins_with_one(head, images) || media_type.starts_with("image/");
}

/// ASCII as UTF-16 has a NUL in every other byte.
bool is_utf16(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return true;
  std::array<std::size_t, 2> nuls{};
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++nuls[i % 2];
  return head.size() >= 4 && std::max(nuls[0], nuls[1]) * 3 > head.size() &&
         std::min(nuls[0], nuls[1]) * 8 < head.size();
}

bool is_binary(std::string_view head) {
  const auto controls = std::ranges::count_if(head, [](char c) {
    return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A;
  });
  return head.find('\0') != head.npos || static_cast<std::size_t>(controls) * 16 > head.size();
}

/// The first characters, without a mark, without NULs and without white space before them.
std::string opening(std::string_view head) {
  std::string text;
  for (const char c : head) {
    const bool mark =
        text.empty() && (c == '\xEF' || c == '\xBB' || c == '\xBF' || c == '\xFE' || c == '\xFF');
    const bool blank = text.empty() && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
    if (c != '\0' && !mark && !blank) text += c;
    if (text.size() == 16) break;
  }
  return text;
}

bool opens_markup(std::string_view text) {
  if (text.size() < 2 || text[0] != '<') return false;
  const char c = text[1];
  return c == '?' || c == '!' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool opens_json(std::string_view text) {
  if (text.size() < 2 || (text[0] != '{' && text[0] != '[')) return false;
  const std::size_t next = text.find_first_not_of(" \t\r\n", 1);
  return next == text.npos ||
         std::string_view("\"{[]}-0123456789tfn").find(text[next]) != text.npos;
}

/// The characters behind %20, %C3%A9.
std::string percent_decoded(std::string_view text) {
  std::string out;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string decoded(std::string_view bytes, codec::Encoding encoding) {
  const codec::HighHalf& table = codec::high_half(encoding);
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    codec::append_utf8(byte < 0x80 ? byte : table[byte - 0x80U], utf8);
  }
  return utf8;
}

}  // namespace

Walk::Form Walk::form_of(std::string_view head, std::string_view media_type) {
  if (head.find("%PDF-") != head.npos) return Form::pdf;
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return Form::zip;
  if (is_image(head, media_type)) return Form::image;
  if (begins_with_one(head, compressed_or_old)) return Form::opaque;
  if (!is_utf16(head) && is_binary(head)) return Form::opaque;
  const bool plain = media_type.starts_with("text/plain") || media_type.starts_with("text/csv");
  const std::string text = opening(head);
  if (text.starts_with("<?xml") || (!plain && opens_markup(text))) return Form::xml;
  const bool json = opens_json(text) || media_type.find("json") != media_type.npos;
  return !plain && json ? Form::json : Form::text;
}

void Walk::content(const base::Payload& payload, std::string_view media_type, const Spot& spot) {
  read(form_of(payload, media_type), payload, true, spot);
}

void Walk::embedded(std::string bytes, const Spot& spot, std::size_t least) {
  const bool certain = bytes.size() >= least;
  const base::Payload payload(std::move(bytes));
  read(form_of(payload, {}), payload, certain, spot);
}

Walk::Form Walk::form_of(const base::Payload& payload, std::string_view media_type) {
  const auto reader = open(payload);
  if (!reader) return Form::text;
  std::string head(head_size, '\0');
  const auto count = reader->read(head);
  if (!count) {
    broken(count.error());
    return Form::text;
  }
  head.resize(*count);
  return form_of(std::string_view(head), media_type);
}

bool Walk::is_cleared(const base::Payload& payload) {
  if (cleared_.empty()) return false;
  const auto reader = open(payload);
  if (!reader) return false;
  crypto::Sha256 hash;
  std::string buffer(64 * 1024, '\0');
  for (;;) {
    const auto count = reader->read(buffer);
    if (!count) {
      broken(count.error());
      return false;
    }
    if (*count == 0) return cleared_.contains(base::to_hex(hash.finish()));
    hash.update(std::string_view(buffer).substr(0, *count));
  }
}

/// `certain`: that it does not read is an obstacle.
void Walk::read(Form form, const base::Payload& payload, bool certain, const Spot& around) {
  if (off_ || payload.size() == 0) return;
  Spot spot = around;
  const bool document = form != Form::text && form != Form::json;
  spot.excused = spot.excused || (document && is_cleared(payload));
  if (spot.depth > limits_.depth) return obstacle(Obstacle::too_deep, spot);
  const auto as_text = [&](Obstacle why) {
    if (certain) obstacle(why, spot);
    read_text(*this, payload, spot);
  };
  switch (form) {
    case Form::text:
      return read_text(*this, payload, spot);
    case Form::json:
      if (!read_json(*this, payload, spot)) as_text(Obstacle::damaged);
      return;
    case Form::xml:
      if (!read_xml(*this, payload, spot)) as_text(Obstacle::damaged);
      return;
    case Form::pdf:
      if (auto all = bytes(payload, spot)) read_pdf(*this, *all, spot);
      return;
    case Form::zip:
      return read_zip(*this, payload, spot);
    case Form::image:
      obstacle(Obstacle::image, spot);  // no chance looks like one
      return read_text(*this, payload, spot);
    case Form::opaque:
      return as_text(Obstacle::unknown_format);
  }
}

void Walk::name(std::string_view bytes, const Spot& spot) {
  if (off_ || bytes.empty()) return;
  if (bytes.size() > longest_name) return obstacle(Obstacle::too_large, spot);
  if (!spend(bytes.size(), spot)) return;
  std::vector<std::string> readings{std::string(bytes)};
  if (codec::valid_utf8(bytes) != bytes.size())
    for (const auto encoding :
         {codec::Encoding::windows_1252, codec::Encoding::iso_8859_15, codec::Encoding::cp850})
      readings.push_back(decoded(bytes, encoding));
  if (bytes.find('%') != bytes.npos) readings.push_back(percent_decoded(bytes));
  for (const std::string& reading : readings) {
    Search search(automaton_);
    search.add(reading);
    search.finish();
    found(search, spot);
  }
}

bool Walk::spend(std::uint64_t bytes, const Spot& spot) {
  if (off_) return false;
  spent_ += bytes;
  // The scan ends here: what is left unread is not this document alone.
  Spot end = spot;
  end.excused = false;
  if (spent_ > limits_.total)
    obstacle(Obstacle::too_large, end);
  else if (std::chrono::steady_clock::now() > deadline_)
    obstacle(Obstacle::too_long, end);
  else
    return true;
  off_ = true;
  return false;
}

std::optional<std::string> Walk::bytes(const base::Payload& payload, const Spot& spot) {
  if (payload.size() > limits_.document) {
    obstacle(Obstacle::too_large, spot);
    return {};
  }
  if (!spend(payload.size(), spot)) return {};
  auto all = payload.bytes(limits_.document);
  if (all) return std::move(*all);
  broken(all.error());
  return {};
}

std::unique_ptr<base::Reader> Walk::open(const base::Payload& payload) {
  if (off_) return nullptr;
  auto reader = payload.open();
  if (reader) return std::move(*reader);
  broken(reader.error());
  return nullptr;
}

std::optional<std::string_view> Walk::piece(base::Reader& reader, std::string& buffer,
                                            const Spot& spot) {
  buffer.resize(64 * 1024);
  const auto count = reader.read(buffer);
  if (!count) {
    broken(count.error());
    return {};
  }
  if (*count == 0 || !spend(*count, spot)) return {};
  return std::string_view(buffer).substr(0, *count);
}

void Walk::found(const Search& search, const Spot& spot) {
  for (const std::uint32_t secret : search.found()) {
    Hit hit{secret, spot.carrier, spot.path};
    if (std::ranges::find(result_.hits, hit) == result_.hits.end())
      result_.hits.push_back(std::move(hit));
  }
}

void Walk::obstacle(Obstacle why, const Spot& spot) {
  if (spot.excused) return;
  Unread unread{why, spot.path};
  if (std::ranges::find(result_.unread, unread) == result_.unread.end())
    result_.unread.push_back(std::move(unread));
}

void Walk::broken(Fault why) {
  fault_ = std::move(why);
  off_ = true;
}

Result<ScanResult> Walk::take() {
  if (fault_) return fail(std::move(*fault_));
  return std::move(result_);
}

}  // namespace charmille::policy
