// Replies and messages of SMTP: no input or output here.
#include <algorithm>
#include <ctime>

#include "gateway/base/bytes.h"
#include "gateway/net/http.h"
#include "gateway/net/smtp.h"

namespace charmille::net {
namespace {

constexpr std::size_t most_reply_lines = 128;

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == text.npos || at + 1 == text.size() || text.size() > 254 ||
      text.find('@', at + 1) != text.npos)
    return false;
  return std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// RFC 2047: plain when ASCII, else encoded words of at most 45 bytes, never cut inside a
/// character.
std::string encoded_header(std::string_view text) {
  if (text.size() < 60 &&
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min<std::size_t>(text.size(), 42);
    while (size < text.size() && size > 0 &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
      --size;
    if (size == 0) size = std::min<std::size_t>(text.size(), 42);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?";
    out += base::to_base64(base::as_bytes(text.substr(0, size)));
    out += "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string date_text(base::Time date) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(date));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &parts)};
}

}  // namespace

bool SmtpReply::take(std::string_view line) {
  const bool digits = line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), [](char c) {
                        return c >= '0' && c <= '9';
                      });
  if (complete_ || !digits || lines_.size() >= most_reply_lines) return false;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  const char mark = line.size() > 3 ? line[3] : ' ';
  if (code < 200 || code > 559 || (mark != ' ' && mark != '-') ||
      (!lines_.empty() && code != code_))
    return false;
  code_ = code;
  lines_.emplace_back(line.substr(std::min<std::size_t>(line.size(), 4)));
  complete_ = mark == ' ';
  return true;
}

bool SmtpReply::offers(std::string_view keyword) const {
  return std::ranges::any_of(lines_, [keyword](std::string_view line) {
    return equal_ignoring_case(line.substr(0, line.find(' ')), keyword);
  });
}

Result<std::string> render(const Mail& mail) {
  if (!is_address(mail.from)) return fail("CH-NET-013", {}, {{"field", "from"}});
  if (mail.to.empty()) return fail("CH-NET-013", {}, {{"field", "to"}});
  std::string to;
  for (const std::string& address : mail.to) {
    if (!is_address(address)) return fail("CH-NET-013", {}, {{"field", "to"}});
    to += to.empty() ? "<" : ",\r\n <";
    to += address;
    to += '>';
  }
  if (!is_one_line(mail.subject)) return fail("CH-NET-013", {}, {{"field", "subject"}});
  if (!is_address(mail.message_id)) return fail("CH-NET-013", {}, {{"field", "message-id"}});
  std::string out = "From: <" + mail.from + ">\r\nTo: " + to +
                    "\r\nSubject: " + encoded_header(mail.subject) +
                    "\r\nDate: " + date_text(mail.date) + "\r\nMessage-ID: <" + mail.message_id +
                    ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n";
  const std::string body = base::to_base64(base::as_bytes(mail.text));
  for (std::size_t at = 0; at < body.size(); at += 76) out += body.substr(at, 76) + "\r\n";
  return out;
}

std::string dot_stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + 8);
  bool line_start = true;
  for (const char c : message) {
    if (line_start && c == '.') out += '.';
    out += c;
    line_start = c == '\n';
  }
  if (!message.empty() && !message.ends_with("\r\n")) out += "\r\n";
  return out += ".\r\n";
}

}  // namespace charmille::net
