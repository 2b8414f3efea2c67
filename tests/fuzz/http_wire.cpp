// What peers put into HTTP: targets, queries, headers, SMTP replies and mails.
#include <cstdlib>
#include <string_view>

#include "adapters/http/wire.h"
#include "adapters/web/message.h"
#include "adapters/web/status.h"
#include "gateway/net/http.h"
#include "gateway/net/smtp.h"

using namespace charmille;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = net::split_target(text))
    for (const auto& segment : target->segments)
      if (segment.empty() || segment == "." || segment == "..") std::abort();
  adapters::web::retry_after(text, base::Time{});
  adapters::http::wait_of(text, std::chrono::seconds(60));
  net::file_name(text);
  adapters::web::media_type(text);
  net::SmtpReply reply;
  for (std::string_view rest = text; !rest.empty() && reply.take(rest.substr(0, rest.find('\n')));)
    rest.remove_prefix(std::min(rest.size(), rest.find('\n')) +
                       (rest.find('\n') == rest.npos ? 0 : 1));
  net::Mail mail{
      std::string(text), {std::string(text)}, std::string(text), std::string(text), "a@b",
      base::Time{}};
  if (const auto rendered = net::render(mail)) {
    const std::string wire = net::dot_stuffed(*rendered);
    if (wire.find("\r\n.\r\n") != wire.size() - 5) std::abort();  // one end only
  }
  return 0;
}
