// What an SFTP server says of a folder, and what was remembered of its files. Whatever comes, a
// name stays one plain name of its folder.
#include <cstdlib>
#include <string_view>

#include "adapters/names/names.h"
#include "adapters/sftp/wire.h"

using namespace charmille::adapters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sftp::Listing listing = sftp::parse_listing(text);
  if (listing.files.size() + listing.not_understood > listing.lines) std::abort();
  for (const sftp::Entry& entry : listing.files) {
    if (!sftp::is_fit(entry.name) || !names::is_plain_name(entry.name)) std::abort();
    const sftp::Token token{entry.name, entry.size, static_cast<std::int64_t>(size)};
    if (sftp::parse_token(sftp::to_text(token)) != token) std::abort();
    if (!names::is_plain_name(sftp::archive_name(token))) std::abort();
  }
  if (const auto token = sftp::parse_token(text)) {
    if (!sftp::is_fit(token->name)) std::abort();
    if (sftp::parse_token(sftp::to_text(*token)) != *token) std::abort();
    if (!names::is_plain_name(sftp::archive_name(*token))) std::abort();
  }
  return 0;
}
