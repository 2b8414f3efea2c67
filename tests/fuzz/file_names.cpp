// File names from outside: templates, patterns and tokens. Whatever comes, a name stays one plain
// name of its folder.
#include <cstdlib>
#include <string_view>

#include "adapters/file/wire.h"
#include "adapters/names/names.h"

using namespace charmille::adapters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::string_view rest = text.substr(std::min(text.size(), first.size() + 1));
  if (const auto name = names::NameTemplate::parse(first)) {
    const std::string value(rest);
    const auto filled = name->fill({{"route", value},
                                    {"date", value},
                                    {"time", value},
                                    {"lot", value},
                                    {"sequence", value},
                                    {"extension", value},
                                    {"delivery", value}});
    if (filled && (!names::is_plain_name(*filled) || filled->starts_with('.'))) std::abort();
  }
  names::matches(first, rest);
  if (const auto token = file::parse_token(text)) {
    if (!names::is_plain_name(token->name) || !names::is_plain_name(file::archive_name(*token)))
      std::abort();
    const auto again = file::parse_token(file::to_text(*token));
    if (!again || *again != *token) std::abort();
  }
  return 0;
}
