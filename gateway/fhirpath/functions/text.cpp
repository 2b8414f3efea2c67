// Strings (FHIRPath 2.0.0 §5.6). Positions count characters, not bytes.
#include "gateway/fhirpath/text.h"

#include "gateway/base/bytes.h"
#include "gateway/fhirpath/functions.h"

namespace charmille::fhirpath {
namespace {

/// Characters that are there already: a part of the input, or in the arena.
Collection part(Call& call, std::string_view chars) {
  return Value::text(chars, call.origin());
}

bool two_texts(Call& call, std::string_view& text, std::string_view& other) {
  return call.text(text) && call.text_argument(0, other);
}

Collection position(Call& call, std::size_t byte, std::string_view text) {
  const auto at =
      byte == text.npos ? -1 : static_cast<std::int64_t>(character_count(text.substr(0, byte)));
  return Value::integer(at, call.origin());
}

Collection index_of(Call& call) {
  std::string_view text, wanted;
  return two_texts(call, text, wanted) ? position(call, text.find(wanted), text) : Collection{};
}

Collection last_index_of(Call& call) {
  std::string_view text, wanted;
  return two_texts(call, text, wanted) ? position(call, text.rfind(wanted), text) : Collection{};
}

Collection substring(Call& call) {
  std::string_view text;
  std::int64_t start = 0;
  std::int64_t length = INT64_MAX;
  if (!call.text(text) || !call.integer_argument(0, start)) return {};
  if (call.argument_count() > 1 && !call.integer_argument(1, length) && call.context().failed())
    return {};
  if (start < 0) return {};
  const std::size_t from = byte_of_character(text, static_cast<std::size_t>(start));
  if (from >= text.size()) return {};
  text.remove_prefix(from);
  if (length <= 0) return part(call, {});
  return part(call, text.substr(0, byte_of_character(text, static_cast<std::size_t>(length))));
}

Collection starts_with(Call& call) {
  std::string_view text, wanted;
  return two_texts(call, text, wanted) ? call.result(text.starts_with(wanted)) : Collection{};
}

Collection ends_with(Call& call) {
  std::string_view text, wanted;
  return two_texts(call, text, wanted) ? call.result(text.ends_with(wanted)) : Collection{};
}

Collection contains(Call& call) {
  std::string_view text, wanted;
  return two_texts(call, text, wanted) ? call.result(text.find(wanted) != text.npos) : Collection{};
}

Collection upper_case(Call& call) {
  std::string_view text;
  return call.text(text) ? part(call, upper(text, call.arena())) : Collection{};
}

Collection lower_case(Call& call) {
  std::string_view text;
  return call.text(text) ? part(call, lower(text, call.arena())) : Collection{};
}

Collection trimmed(Call& call) {
  std::string_view text;
  return call.text(text) ? part(call, trim(text)) : Collection{};
}

Collection length(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  return Value::integer(static_cast<std::int64_t>(character_count(text)), call.origin());
}

Collection replace(Call& call) {
  std::string_view text, pattern, by;
  if (!two_texts(call, text, pattern) || !call.text_argument(1, by)) return {};
  const std::size_t most = call.context().limits().text;
  std::string out;
  for (std::size_t found = 0; out.size() <= most;) {
    if (pattern.empty()) {
      // Before each character, and at the end (§5.6.7).
      out += by;
      if (text.empty()) break;
      found = character_length(text, 0);
      out += text.substr(0, found);
      text.remove_prefix(found);
      continue;
    }
    found = text.find(pattern);
    out += text.substr(0, found);
    if (found == text.npos) break;
    out += by;
    text.remove_prefix(found + pattern.size());
  }
  return call.result(std::string_view(out));
}

/// The compiled pattern of the call: of its literal, or of what its argument says now.
std::shared_ptr<const Regex> pattern_of(Call& call) {
  if (call.op().regex) return call.op().regex;
  std::string_view pattern;
  if (!call.text_argument(0, pattern)) return nullptr;
  auto regex = Regex::compile(pattern);
  if (!regex) call.fault("CH-PATH-016");
  return regex;
}

Collection matches(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  const auto regex = pattern_of(call);
  return regex ? call.result(regex->found_in(text)) : Collection{};
}

Collection matches_full(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  const auto regex = pattern_of(call);
  return regex ? call.result(regex->matches_all_of(text)) : Collection{};
}

Collection replace_matches(Call& call) {
  std::string_view text, by;
  if (!call.text(text)) return {};
  const auto regex = pattern_of(call);
  if (!regex || !call.text_argument(1, by)) return {};
  // An empty pattern stands nowhere.
  if (regex->empty()) return part(call, text);
  const auto out = regex->replace_all(text, by, call.context().limits().text);
  return out ? call.result(std::string_view(*out)) : call.fault("CH-PATH-021");
}

Collection to_chars(Call& call) {
  std::string_view text;
  Collection out;
  if (!call.text(text)) return out;
  for (std::size_t at = 0; at < text.size();) {
    if (!call.context().step()) return call.too_many_steps();
    const std::size_t used = character_length(text, at);
    out.add(Value::text(text.substr(at, used), call.origin()), call.arena());
    at += used;
  }
  return out;
}

Collection split(Call& call) {
  std::string_view text, separator;
  Collection out;
  if (!two_texts(call, text, separator)) return out;
  if (separator.empty()) return to_chars(call);
  for (;;) {
    if (!call.context().step()) return call.too_many_steps();
    const std::size_t found = text.find(separator);
    out.add(Value::text(text.substr(0, found), call.origin()), call.arena());
    if (found == text.npos) return out;
    text.remove_prefix(found + separator.size());
  }
}

Collection join(Call& call) {
  std::string_view separator;
  if (call.argument_count() > 0 && !call.text_argument(0, separator) && call.context().failed())
    return {};
  if (call.input().empty()) return {};
  std::string out;
  for (std::size_t i = 0; i < call.input().size(); ++i) {
    if (!call.input()[i].is(Type::text)) return call.fault("CH-PATH-033", {{"wanted", "String"}});
    if (i > 0) out += separator;
    out += call.input()[i].chars();
    if (out.size() > call.context().limits().text) break;
  }
  return call.result(std::string_view(out));
}

Collection encode(Call& call) {
  std::string_view text, way;
  if (!two_texts(call, text, way)) return {};
  if (way == "hex") return call.result(std::string_view(base::to_hex(base::as_bytes(text))));
  if (way != "base64" && way != "urlbase64") return {};
  std::string out = base::to_base64(base::as_bytes(text));
  if (way == "urlbase64")
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return call.result(std::string_view(out));
}

Collection decode(Call& call) {
  std::string_view text, way;
  if (!two_texts(call, text, way)) return {};
  std::string plain(text);
  if (way == "urlbase64")
    for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const auto out = way == "hex"                            ? base::from_hex(plain)
                   : way == "base64" || way == "urlbase64" ? base::from_base64(plain)
                                                           : std::nullopt;
  return out ? call.result(std::string_view(*out)) : Collection{};
}

constexpr Function functions[] = {
    {"indexOf", 1, 1, index_of},
    {"lastIndexOf", 1, 1, last_index_of},
    {"substring", 1, 2, substring},
    {"startsWith", 1, 1, starts_with},
    {"endsWith", 1, 1, ends_with},
    {"contains", 1, 1, contains},
    {"upper", 0, 0, upper_case},
    {"lower", 0, 0, lower_case},
    {"trim", 0, 0, trimmed},
    {"length", 0, 0, length},
    {"replace", 2, 2, replace},
    {"matches", 1, 1, matches, First::regex},
    {"matchesFull", 1, 1, matches_full, First::regex},
    {"replaceMatches", 2, 2, replace_matches, First::regex},
    {"toChars", 0, 0, to_chars},
    {"split", 1, 1, split},
    {"join", 0, 1, join},
    {"encode", 1, 1, encode},
    {"decode", 1, 1, decode},
};

}  // namespace

std::span<const Function> text_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
