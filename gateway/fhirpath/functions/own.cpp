// Charmille's own functions: docs/reference/functions.md. They read nothing but their input and
// arguments.
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/base/confidentiality.h"
#include "gateway/base/national_keys.h"
#include "gateway/base/uuid.h"
#include "gateway/crypto/digest.h"
#include "gateway/fhirpath/date_format.h"
#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

/// parseDate(format...): a text that fits no format, or a day that is in no calendar, is a fault at
/// its cell.
Collection parse_date(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  text = trim(text);
  if (text.empty()) return {};
  std::string formats;
  for (std::size_t i = 0; i < call.argument_count(); ++i) {
    std::string_view pattern;
    if (!call.text_argument(i, pattern)) return {};
    const auto format = DateFormat::parse(pattern);
    if (!format) return call.fault("CH-PATH-017", {{"format", base::printable(pattern)}});
    if (const auto date = format->read(text))
      return Value::temporal(*date, call.arena(), call.origin());
    formats += (formats.empty() ? "" : ", ") + std::string(pattern);
  }
  return call.fault("CH-PATH-040", {{"format", base::printable(formats)}});
}

/// parseNumber(): an integer or, with a point or a comma, a decimal; any other text is a fault at
/// its cell, where toInteger() and toDecimal() give nothing.
Collection parse_number(Call& call) {
  const Value* value = call.single();
  if (value == nullptr) return {};
  if (value->as_decimal()) return *value;
  if (!value->is(Type::text)) return call.fault("CH-PATH-043");
  std::string text(trim(value->chars()));
  if (text.empty()) return {};
  const std::size_t mark = text.find_first_of(".,");
  if (mark != text.npos) text[mark] = '.';
  const auto number =
      text.find_first_not_of("+-0123456789.") == text.npos ? Decimal::parse(text) : std::nullopt;
  if (!number) return call.fault("CH-PATH-043");
  const auto whole = mark == text.npos ? number->to_integer() : std::nullopt;
  return (whole ? Value::integer(*whole) : Value::decimal(*number, call.arena())).at(call.origin());
}

Collection format_date(Call& call) {
  const Value* value = call.single();
  std::string_view pattern;
  if (value == nullptr || !call.text_argument(0, pattern)) return {};
  const auto format = DateFormat::parse(pattern);
  if (!format) return call.fault("CH-PATH-017", {{"format", base::printable(pattern)}});
  std::optional<Temporal> date;
  if (value->is(Type::temporal)) date = value->temporal();
  if (value->is(Type::text)) {
    if (trim(value->chars()).empty()) return {};
    date = Temporal::parse_date(value->chars());
    if (!date) date = Temporal::parse_date_time(value->chars());
  }
  const auto out = date ? format->write(*date) : std::nullopt;
  return out ? call.result(std::string_view(*out))
             : call.fault("CH-PATH-040", {{"format", base::printable(pattern)}});
}

/// translate(table), translate(table, default): nothing counts as the code "".
Collection translate(Call& call) {
  const Value* value = call.single();
  if (call.context().failed()) return {};
  const auto code = value ? value->to_text(call.arena()) : std::string_view{};
  if (!code) return call.fault("CH-PATH-033", {{"wanted", "String"}});
  Collection out;
  if (const tree::Node* found = call.op().table->find(*code)) {
    call.context().note_code(*found);
    out.add_node(*found, call.arena());
    return out.size() == 1 ? Collection(out.front().at(call.origin())) : std::move(out);
  }
  if (value == nullptr || code->empty()) return {};
  if (call.argument_count() > 1) return call.argument(1);
  return call.fault("CH-PATH-041", {{"table", call.op().table->name()}});
}

Collection normalized(Call& call) {
  std::string_view text;
  return call.text(text) ? call.result(std::string_view(normalize(text))) : Collection{};
}

Collection digits(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  std::string out;
  for (const char c : text)
    if (c >= '0' && c <= '9') out += c;
  return call.result(std::string_view(out));
}

/// The same parts always give the same UUID; without one of them there is none.
Collection uuid5(Call& call) {
  static const base::Uuid space = *base::Uuid::parse("6b1f7c52-3f0e-5d0a-9c55-0d4b7a1e8f21");
  std::string name;
  tree::Origin origin;
  for (std::size_t i = 0; i < call.argument_count(); ++i) {
    const Collection part = call.argument(i);
    const Value* value = call.single(part);
    if (value == nullptr) return {};
    const auto text = value->to_text(call.arena());
    if (!text) return call.fault("CH-PATH-033", {{"wanted", "String"}});
    if (origin.line == 0) origin = value->origin();
    // A length before each part: ("a", "bc") and ("ab", "c") must differ.
    name += std::to_string(text->size()) + ':' + std::string(*text);
  }
  return Value::text(call.arena().copy(base::uuid_v5(space, name).text()), origin);
}

/// nirKey(): the two digits of control of 13 characters.
Collection nir_key(Call& call) {
  std::string_view text;
  if (!call.text(text)) return {};
  const auto key = base::nir_key(text);
  if (!key) return {};
  const std::array digits{static_cast<char>('0' + *key / 10), static_cast<char>('0' + *key % 10)};
  return call.result({digits.data(), digits.size()});
}

/// nirValid(), finessValid(), rppsValid(): the shape and the key of a national number.
template <bool (*is_valid)(std::string_view)>
Collection valid(Call& call) {
  std::string_view text;
  return call.text(text) ? call.result(is_valid(text)) : Collection{};
}

/// hash(): SHA-256 (FIPS 180-4) of the text, as 64 hexadecimal digits.
Collection hash(Call& call) {
  std::string_view text;
  return call.text(text) ? call.result(std::string_view(base::to_hex(crypto::sha256(text))))
                         : Collection{};
}

/// entries(pattern): the members of an object as {key, value}, for files whose columns are days or
/// codes.
Collection entries(Call& call) {
  static constexpr std::array<std::string_view, 2> keys{"key", "value"};
  static const tree::Shape shape(keys);
  const Value* object = call.single();
  if (object == nullptr || !object->is(Type::complex)) return {};
  const tree::Node& node = object->node();
  if (!node.is(tree::Kind::object)) return {};
  std::shared_ptr<const Regex> regex = call.op().regex;
  if (call.argument_count() > 0 && !regex) {
    std::string_view pattern;
    if (!call.text_argument(0, pattern)) return {};
    regex = Regex::compile(pattern);
    if (!regex) return call.fault("CH-PATH-016");
  }
  Collection out;
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    if (regex && !regex->matches_all_of(node.key(i))) continue;
    const tree::Node& value = node.items()[i];
    const auto slots = call.arena().array<tree::Node>(2);
    slots[0] = tree::Node::text(node.key(i), value.origin());
    slots[1] = value;
    const auto entry = call.arena().array<tree::Node>(1);
    entry[0] = tree::Node::object(shape, slots, value.origin());
    out.add(Value::of(entry[0]), call.arena());
  }
  return out;
}

/// restricts(): whether a security label, `{system, code}` or a Coding, keeps somebody out.
Collection restricts(Call& call) {
  const Value* label = call.single();
  if (label == nullptr || !label->is(Type::complex)) return {};
  const auto said = [&](std::string_view key) {
    const tree::Node* node = label->node().find(key);
    return node != nullptr && node->is(tree::Kind::text) ? node->chars() : std::string_view{};
  };
  return call.result(base::restricts(said("system"), said("code")));
}

/// refuse(why): a fault in the words of the mapping. They are a literal, so no value of the input
/// can be in them.
Collection refuse(Call& call) {
  const Collection why = call.argument(0);
  return call.fault("CH-PATH-044", {{"why", std::string(why.front().chars())}});
}

constexpr Function functions[] = {
    {"parseDate", 1, 4, parse_date, First::date_format},
    {"formatDate", 1, 1, format_date, First::date_format},
    {"parseNumber", 0, 0, parse_number},
    {"translate", 1, 2, translate, First::table},
    {"normalize", 0, 0, normalized},
    {"digits", 0, 0, digits},
    {"uuid5", 1, 8, uuid5},
    {"nirKey", 0, 0, nir_key},
    {"nirValid", 0, 0, valid<base::matricule_key_fits>},
    {"finessValid", 0, 0, valid<base::is_finess>},
    {"rppsValid", 0, 0, valid<base::is_rpps>},
    {"hash", 0, 0, hash},
    {"entries", 0, 1, entries, First::regex},
    {"refuse", 1, 1, refuse, First::sentence},
    {"restricts", 0, 0, restricts},
};

}  // namespace

std::span<const Function> own_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
