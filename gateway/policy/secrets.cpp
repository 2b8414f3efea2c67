#include "gateway/policy/secrets.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "gateway/policy/hidden.h"
#include "gateway/policy/matrix.h"
#include "gateway/policy/projection.h"
#include "gateway/policy/spelling.h"
#include "gateway/record/edit.h"

namespace charmille::policy {
namespace {

using record::code_at;
using record::items_at;
using record::text_at;
using tree::Node;

bool is_identifier(SecretKind kind) {
  return kind == SecretKind::finess || kind == SecretKind::uai || kind == SecretKind::rpps;
}

/// "990001018" of "urn:charmille:dui:990001018:eo".
std::string_view finess_of(std::string_view system) {
  constexpr std::string_view prefix = "urn:charmille:dui:";
  if (!system.starts_with(prefix)) return {};
  system.remove_prefix(prefix.size());
  return system.substr(0, system.find(':'));
}

/// Establishments that the child's stays name, and those whose software knows it.
void for_each_finess(const Node& record,
                     const std::function<void(std::string_view, std::string)>& take) {
  const auto stays = items_at(record, "stays");
  for (std::size_t i = 0; i < stays.size(); ++i)
    take(text_at(stays[i], "finess"), "stays[" + std::to_string(i) + "].finess");
  const auto ids = items_at(record, "ids");
  for (std::size_t i = 0; i < ids.size(); ++i)
    take(finess_of(text_at(ids[i], "system")), "ids[" + std::to_string(i) + "].system");
}

class Gathering {
 public:
  Gathering(const Node& record, std::uint32_t subject) : record_(record), subject_(subject) {
    note_open_words();
  }

  void place();
  void hidden_addresses();
  std::vector<Secret> take() { return std::move(secrets_); }

 private:
  void stays();
  void schools();
  void others();
  void health();
  void hosts();
  void address(const Node& address, const std::string& path, bool host);
  void phones(const Node& person, const std::string& path);
  void note_open_words();
  bool is_former(const Node& stay) const;
  bool is_before_the_place(std::string_view school_year) const;

  void add(SecretKind kind, Spread spread, const std::string& path, std::vector<Needle> needles);
  void add_person(SecretKind kind, const std::string& path, std::string_view name) {
    add(kind, Spread::own, path, spellings_of_person(name));
  }
  void add_place(SecretKind kind, const std::string& path, std::string_view name) {
    add(kind, Spread::own, path, spellings_of_place(name, open_));
  }
  void add_number(SecretKind kind, const std::string& path, std::string_view number) {
    add(kind, Spread::unique, path, spellings_of_number(number));
  }
  template <class Visit>
  void each(const Node& object, const char* section, Visit visit) {
    const auto items = items_at(object, section);
    for (std::size_t i = 0; i < items.size(); ++i)
      visit(items[i], std::string(section) + '[' + std::to_string(i) + ']');
  }

  const Node& record_;
  const std::uint32_t subject_;
  OpenWords open_;
  std::set<std::pair<Spread, std::string>> known_;  ///< needles so far
  std::vector<Secret> secrets_;
};

void Gathering::add(SecretKind kind, Spread spread, const std::string& path,
                    std::vector<Needle> needles) {
  for (Needle& needle : needles)
    if (known_.emplace(spread, needle.letters).second)
      secrets_.push_back({kind, spread, subject_, path, std::move(needle)});
}

void Gathering::note_open_words() {
  if (const Node* birth = record::find_path(record_, {"identity", "birthPlace"}))
    open_.insert(glued(text_at(*birth, "label")));
  for (const Node& person : items_at(record_, "persons"))
    for (const Node& address : items_at(person, "addresses"))
      if (!is_host(person) && !is_hidden(address)) open_.insert(glued(text_at(address, "town")));
}

void Gathering::place() {
  stays();
  schools();
  others();
  health();
  hosts();
}

/// A stay that is over and was never secret tells nothing of the place.
bool Gathering::is_former(const Node& stay) const {
  return stay.find("exit") != nullptr && code_at(stay, "secretPlace") == "no";
}

void Gathering::stays() {
  each(record_, "stays", [&](const Node& stay, const std::string& path) {
    if (is_former(stay)) return;
    add_place(SecretKind::establishment, path + ".establishment", text_at(stay, "establishment"));
    add_place(SecretKind::unit, path + ".unit", text_at(stay, "unit"));
    add_person(SecretKind::staff, path + ".referent", text_at(stay, "referent"));
    if (const Node* price = stay.find("dailyPrice"))
      add(SecretKind::price, Spread::own, path + ".dailyPrice", spellings_of_price(price->chars()));
  });
  std::set<std::string_view> former;
  for (const Node& stay : items_at(record_, "stays"))
    if (is_former(stay)) former.insert(text_at(stay, "finess"));
  for (const Node& stay : items_at(record_, "stays"))
    if (!is_former(stay)) former.erase(text_at(stay, "finess"));
  for_each_finess(record_, [&](std::string_view finess, const std::string& path) {
    if (former.count(finess) == 0) add_number(SecretKind::finess, path, finess);
  });
}

/// A school that the child left before the first secret stay began.
bool Gathering::is_before_the_place(std::string_view school_year) const {
  std::string_view first;
  for (const Node& stay : items_at(record_, "stays")) {
    if (is_former(stay)) continue;
    const std::string_view entry = text_at(stay, "entry");
    if (entry.size() < 4) return false;
    if (first.empty() || entry < first) first = entry;
  }
  return !first.empty() && school_year.size() == 9 && school_year.substr(5) < first.substr(0, 4);
}

void Gathering::schools() {
  each(record_, "school", [&](const Node& school, const std::string& path) {
    if (is_before_the_place(text_at(school, "year"))) return;
    add_place(SecretKind::school, path + ".establishment", text_at(school, "establishment"));
    add_number(SecretKind::uai, path + ".uai", text_at(school, "uai"));
  });
}

void Gathering::others() {
  each(record_, "visitRights", [&](const Node& right, const std::string& path) {
    add_place(SecretKind::visit_place, path + ".place", text_at(right, "place"));
  });
  each(record_, "siblings", [&](const Node& sibling, const std::string& path) {
    add_place(SecretKind::unit, path + ".place", text_at(sibling, "place"));
  });
  each(record_, "transport", [&](const Node& journey, const std::string& path) {
    add_place(SecretKind::destination, path + ".from", text_at(journey, "from"));
    add_place(SecretKind::destination, path + ".to", text_at(journey, "to"));
  });
  each(record_, "presence", [&](const Node& month, const std::string& path) {
    add_place(SecretKind::unit, path + ".unit", text_at(month, "unit"));
  });
  each(record_, "deadlines", [&](const Node& deadline, const std::string& path) {
    add_person(SecretKind::staff, path + ".person", text_at(deadline, "person"));
  });
}

void Gathering::health() {
  const Node* doctor = record::find_path(record_, {"health", "doctor"});
  if (doctor == nullptr) return;
  add_person(SecretKind::doctor, "health.doctor.name", text_at(*doctor, "name"));
  add_number(SecretKind::rpps, "health.doctor.rpps", text_at(*doctor, "rpps"));
}

void Gathering::hosts() {
  each(record_, "persons", [&](const Node& person, const std::string& path) {
    if (!is_host(person)) return;
    std::string name;
    for (const Node& given : items_at(person, "givenNames"))
      name += std::string(given.chars()) + ' ';
    if (!name.empty())
      add_person(SecretKind::host, path + ".name", name.append(text_at(person, "name")));
    each(person, "addresses",
         [&](const Node& item, const std::string& at) { address(item, path + '.' + at, true); });
    phones(person, path);
    each(person, "mails", [&](const Node& mail, const std::string& at) {
      add(SecretKind::mail, Spread::unique, path + '.' + at, spellings_of_mail(mail.chars()));
    });
  });
}

void Gathering::hidden_addresses() {
  each(record_, "persons", [&](const Node& person, const std::string& path) {
    each(person, "addresses", [&](const Node& item, const std::string& at) {
      if (is_hidden(item)) address(item, path + '.' + at, false);
    });
    if (hides_address(person)) phones(person, path);
  });
}

/// A street and a town each exist elsewhere; together they are one home. Of a host, the town alone
/// is secret too, unless somebody lives there openly.
void Gathering::address(const Node& address, const std::string& path, bool host) {
  const std::string_view postcode = text_at(address, "postcode");
  const std::string_view town = text_at(address, "town");
  each(address, "lines", [&](const Node& item, const std::string& at) {
    const std::string_view line = item.chars();
    add(SecretKind::address, Spread::own, path + '.' + at, spellings_of_line(line));
    add(SecretKind::address, Spread::unique, path, spellings_of_parts({line, postcode}));
    add(SecretKind::address, Spread::unique, path, spellings_of_parts({line, town}));
  });
  if (open_.count(glued(town)) != 0) return;
  const std::string at = path + ".town";
  add(SecretKind::town, Spread::own, at, spellings_of_parts({postcode, town}));
  add(SecretKind::town, Spread::own, at, spellings_of_parts({town, postcode}));
  if (host) add(SecretKind::town, Spread::own, at, spellings_of_town(town));
}

void Gathering::phones(const Node& person, const std::string& path) {
  each(person, "phones", [&](const Node& phone, const std::string& at) {
    add(SecretKind::phone, Spread::unique, path + '.' + at, spellings_of_phone(phone.chars()));
  });
}

}  // namespace

std::string_view name_of(SecretKind kind) {
  switch (kind) {
    case SecretKind::establishment:
      return "name of the establishment";
    case SecretKind::unit:
      return "name of the unit";
    case SecretKind::finess:
      return "FINESS number";
    case SecretKind::school:
      return "name of the school";
    case SecretKind::uai:
      return "UAI number";
    case SecretKind::doctor:
      return "name of the doctor";
    case SecretKind::rpps:
      return "RPPS number";
    case SecretKind::staff:
      return "name of a professional of the place";
    case SecretKind::visit_place:
      return "place of the visits";
    case SecretKind::destination:
      return "place of a journey";
    case SecretKind::price:
      return "daily price";
    case SecretKind::host:
      return "name of the host";
    case SecretKind::address:
      return "address";
    case SecretKind::town:
      return "town";
    case SecretKind::phone:
      return "phone number";
    case SecretKind::mail:
      return "mail address";
  }
  return "secret";
}

std::vector<Secret> secrets_of(const Node& record, config::Recipient kind, std::uint32_t subject,
                               std::string_view today) {
  Gathering gathering(record, subject);
  if (!may_know_place(kind) && place_is_secret(record, today)) gathering.place();
  if (!may_know_hidden_address(kind)) gathering.hidden_addresses();
  return gathering.take();
}

void LotSecrets::add(const Node& record, std::span<const Secret> secrets) {
  std::ranges::copy_if(secrets, std::back_inserter(secrets_),
                       [](const Secret& secret) { return secret.spread == Spread::unique; });
  // A sibling's secret place may be its own: what it would tell openly is then no secret's undoing.
  const bool hides =
      std::ranges::any_of(secrets, [](const Secret& secret) { return is_identifier(secret.kind); });
  if (!may_know_place(kind_) && (hides || place_is_secret(record, today_))) return;
  const auto tell = [&](std::string_view number) {
    for (Needle& needle : spellings_of_number(number)) open_.insert(std::move(needle.letters));
  };
  for_each_finess(record, [&](std::string_view finess, const std::string&) { tell(finess); });
  for (const Node& school : items_at(record, "school")) tell(text_at(school, "uai"));
  if (const Node* doctor = record::find_path(record, {"health", "doctor"}))
    tell(text_at(*doctor, "rpps"));
}

std::vector<Secret> LotSecrets::take() {
  std::erase_if(secrets_, [&](const Secret& secret) {
    return is_identifier(secret.kind) && open_.count(secret.needle.letters) != 0;
  });
  open_.clear();
  return std::exchange(secrets_, {});
}

}  // namespace charmille::policy
