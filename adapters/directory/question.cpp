#include "adapters/directory/question.h"

#include <algorithm>
#include <optional>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"

namespace charmille::adapters::directory {
namespace {

constexpr std::array<std::string_view, 3> names{"professional", "structure", "mailbox"};

/// One way to ask: what must be given, and what may narrow it.
struct Way {
  Kind kind;
  std::string_view key;
  std::array<std::string_view, 2> more{};
};

constexpr Way ways[] = {
    {Kind::professional, "rpps"},
    {Kind::professional, "family", {"given"}},
    {Kind::structure, "finess"},
    {Kind::structure, "siret"},
    {Kind::structure, "name", {"city", "postal-code"}},
    {Kind::mailbox, "rpps"},
    {Kind::mailbox, "finess"},
    {Kind::mailbox, "address"},
};

constexpr std::string_view rpps_system = "https://rpps.esante.gouv.fr";
constexpr std::string_view finess_system = "https://finess.esante.gouv.fr";
constexpr std::string_view siret_system = "https://sirene.fr";

constexpr std::size_t longest = 100;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Without blanks at its ends, and one where there are several.
std::string tidy(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_blank(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

bool is_digits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The check digit is the directory's affair: examples and test directories have wrong ones.
bool is_finess_shape(std::string_view text) {
  const bool corsican = text.size() == 9 && (text[1] == 'A' || text[1] == 'B');
  return is_digits(text, 9, 9) || (corsican && text[0] == '2' && is_digits(text.substr(2), 7, 7));
}

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != text.npos && at > 0 && at + 1 < text.size() && text.rfind('@') == at &&
         text.size() <= 254 && text.find(' ') == text.npos;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

struct Rule {
  std::string_view name;
  std::string_view example;
};
constexpr Rule rules[] = {
    {"rpps", "10000000017"},     {"finess", "990001018"},
    {"siret", "99999999900010"}, {"address", "secretariat@essai.mssante.fr"},
    {"postal-code", "59"},       {"family", "Dupont"},
    {"given", "Jeanne"},         {"name", "maison des enfants"},
    {"city", "Lille"},
};

/// The value in the one way that it is written, or nothing.
std::optional<std::string> value_of(std::string_view name, std::string_view given) {
  std::string value = tidy(given);
  if (value.empty() || value.size() > 254 || has_control(value)) return std::nullopt;
  if (name == "rpps" || name == "siret" || name == "finess" || name == "postal-code")
    std::erase(value, ' ');
  bool fits = value.size() <= longest;
  if (name == "rpps") fits = is_digits(value, 11, 11);
  if (name == "siret") fits = is_digits(value, 14, 14);
  if (name == "postal-code") fits = is_digits(value, 2, 5);
  if (name == "finess") fits = is_finess_shape(value);
  if (name == "address") {
    value = lower(std::move(value));
    fits = is_address(value);
  }
  if (!fits) return std::nullopt;
  return value;
}

const std::string* given(const Query& query, std::string_view name) {
  for (const auto& [key, value] : query.parameters)
    if (key == name) return &value;
  return nullptr;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

/// How it is asked; the fault names what could have been given.
Result<const Way*> way_of(Kind kind, const Query& query) {
  std::vector<std::string_view> keys;
  for (const Way& way : ways) {
    if (way.kind != kind) continue;
    if (given(query, way.key) != nullptr) return &way;
    keys.push_back(way.key);
  }
  return fail("CH-DIR-002", {}, {{"operation", query.operation}, {"names", joined(keys)}});
}

/// A value of a search (FHIR R4, search.html §3.1.1.4.7: what separates is escaped), fit for a URL.
std::string encoded(std::string_view value) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  static constexpr std::string_view plain = "-._~";
  std::string out;
  for (const char c : value) {
    if (c == ',' || c == '|' || c == '$' || c == '\\') out += "%5C";
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      plain.find(c) != plain.npos;
    if (kept) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string identifier(std::string_view system, std::string_view value) {
  return "identifier=" + encoded(system) + "%7C" + encoded(value);
}

std::string all_of(std::span<const std::string> ids, std::string_view before) {
  std::string out;
  for (const std::string& id : ids)
    out += (out.empty() ? "" : "%2C") + encoded(before) + encoded(id);
  return out;
}

}  // namespace

std::span<const std::string_view> operations() {
  return names;
}

std::string_view name_of(Kind kind) {
  return names[static_cast<std::size_t>(kind)];
}

std::string_view Question::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

std::string Question::digest() const {
  crypto::Sha256 digest;
  digest.update(name_of(kind));
  const std::string_view end("\0", 1);
  for (const auto& [key, value] : parameters)
    digest.update(end).update(key).update(end).update(value);
  const crypto::Digest bytes = digest.finish();
  return std::string(base::as_text(bytes));
}

Result<Question> question_of(const Query& query) {
  const auto name = std::ranges::find(names, query.operation);
  if (name == names.end())
    return fail("CH-DIR-001", {}, {{"names", joined({names.begin(), names.end()})}});
  Question question;
  question.kind = static_cast<Kind>(name - names.begin());
  const auto way = way_of(question.kind, query);
  if (!way) return fail(way.error());
  for (const auto& [key, text] : query.parameters) {
    const bool belongs =
        key == (*way)->key ||
        (!key.empty() && std::ranges::find((*way)->more, key) != (*way)->more.end());
    if (!belongs)
      return fail("CH-DIR-003", {},
                  {{"name", base::printable(key, 40)}, {"key", std::string((*way)->key)}});
    auto value = value_of(key, text);
    if (!value) {
      const auto rule = std::ranges::find(rules, key, &Rule::name);
      return fail("CH-DIR-004", {}, {{"name", key}, {"example", std::string(rule->example)}});
    }
    question.parameters.emplace_back(key, std::move(*value));
  }
  std::ranges::sort(question.parameters);
  return question;
}

std::vector<Search> searches_of(const Question& question) {
  const auto by = [&](std::string_view name) { return encoded(question.parameter(name)); };
  const auto has = [&](std::string_view name) { return !question.parameter(name).empty(); };
  if (has("rpps")) return {{"Practitioner", identifier(rpps_system, question.parameter("rpps"))}};
  if (has("finess"))
    return {{"Organization", identifier(finess_system, question.parameter("finess"))}};
  if (has("siret"))
    return {{"Organization", identifier(siret_system, question.parameter("siret"))}};
  if (has("address")) {
    const std::string criteria = "mailbox-mss:exact=" + by("address");
    return {{"Practitioner", criteria}, {"PractitionerRole", criteria}, {"Organization", criteria}};
  }
  if (has("family"))
    return {
        {"Practitioner", "family=" + by("family") + (has("given") ? "&given=" + by("given") : "")}};
  std::string criteria = "name:contains=" + by("name");
  if (has("city")) criteria += "&address-city=" + by("city");
  if (has("postal-code")) criteria += "&address-postalcode=" + by("postal-code");
  return {{"Organization", std::move(criteria)}};
}

Search roles_of(std::span<const std::string> practitioners) {
  return {"PractitionerRole", "practitioner=" + all_of(practitioners, "Practitioner/")};
}

Search by_ids(std::string_view type, std::span<const std::string> ids) {
  return {std::string(type), "_id=" + all_of(ids, {})};
}

}  // namespace charmille::adapters::directory
