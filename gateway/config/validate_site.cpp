// The parts of a configuration that stand alone: organisation, listening, people, alarms,
// retention.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/config/specification.h"
#include "gateway/config/validation.h"

namespace charmille::config {
namespace {

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return {};
  return value;
}

}  // namespace

void Validation::read_base(const View& root) {
  read_organisation(root["organisation"]);
  parts_.node = root["node"].text();
  check_name(parts_.node, root["node"].place());
  if (root["environment"].text() == "test") parts_.environment = Environment::test;
  parts_.match_by_traits = root["identity"]["match-by-traits"].boolean();
  read_ownership(root["ownership"]);
  parts_.state = root["state"].path_from(parts_.folder);
  parts_.socket = root["socket"].path_from(parts_.folder);
  if (parts_.socket.empty()) parts_.socket = parts_.state / "charmille.sock";
  parts_.master_key = root["keys"]["master"].secret(parts_.folder).value_or(SecretReference{});
  if (root["listen"].present()) read_listen(root["listen"]);
  read_people(root["people"]);
  read_alarms(root["alarms"]);
  for (const View& folder : root["mappings"].items())
    parts_.mappings.push_back(folder.path_from(parts_.folder));
  parts_.retry = read_retry(root["retry"], {});
  read_retention(root["retention"]);
}

void Validation::read_organisation(const View& view) {
  Organisation& organisation = parts_.organisation;
  organisation.name = view["name"].text();
  organisation.id = view["id"].text();
  organisation.language = view["language"].text() == "en" ? base::Language::en : base::Language::fr;
  organisation.time_zone = view["time-zone"].text();
  if (!organisation.id.empty()) check_name(organisation.id, view["id"].place());
}

std::optional<Address> Validation::read_address(const View& view) {
  const std::string text = view.text();
  auto address = Address::parse(text);
  if (!address && !text.empty()) add("CH-CFG-050", view.place(), {{"text", base::printable(text)}});
  return address;
}

void Validation::read_listen(const View& view) {
  Listen listen;
  listen.place = view.place();
  const auto address = read_address(view["address"]);
  if (address) listen.address = *address;
  const View limits = view["limits"];
  listen.limits = {.body = limits["body"].number().value_or(0),
                   .header = limits["header"].number().value_or(0),
                   .connections = limits["connections"].number().value_or(0),
                   .per_address = limits["per-address"].number().value_or(0),
                   .idle = limits["idle"].duration().value_or(base::Duration{}),
                   .request = limits["request"].duration().value_or(base::Duration{})};
  const View tls = view["tls"];
  if (tls.is(tree::Kind::object)) {
    add_all(tree::check(document_, *tls.node(), tls_fields(), tls.path()));
    listen.tls =
        Tls{tls["certificate"].path_from(parts_.folder),
            tls["key"].secret(parts_.folder).value_or(SecretReference{}),
            tls["client-ca"].present() ? std::optional(tls["client-ca"].path_from(parts_.folder))
                                       : std::nullopt};
  } else if (tls.present() && tls.text() != "none") {
    add("CH-CFG-052", tls.place());
  } else if (tls.present() && address && !address->is_loopback()) {
    add("CH-CFG-051", tls.place(), {{"address", address->text()}});
  }
  parts_.listen = std::move(listen);
}

void Validation::read_people(const View& view) {
  for (const auto& [login, rights] : view.members())
    for (const View& right : rights.items())
      if (const auto known = parse_right(right.text())) parts_.people[login].insert(*known);
}

/// What is not written keeps its default: who decides a thing, or does it, speaks of it.
void Validation::read_ownership(const View& view) {
  using enum Recipient;
  for (const char* section : {"measures", "parentalAuthority", "visitRights"})
    parts_.ownership[section] = {departement, dui};
  for (const char* section :
       {"stays", "presence", "school", "health", "persons", "siblings", "coverage", "transport"})
    parts_.ownership[section] = {dui, departement};
  const auto sections = section_names();
  for (const auto& [section, kinds] : view.members()) {
    if (std::ranges::find(sections, section) == sections.end()) {
      unknown(kinds, "ownership", {sections.begin(), sections.end()});
      continue;
    }
    std::vector<Recipient>& order = parts_.ownership[section];
    order.clear();
    for (const View& kind : kinds.items())
      if (const auto known = parse_recipient(kind.text())) order.push_back(*known);
  }
}

void Validation::read_alarms(const View& view) {
  if (const View webhook = view["webhook"]; webhook.present())
    parts_.alarms.webhook =
        Webhook{webhook["url"].text(), webhook["token"].secret(parts_.folder), webhook.place()};
  if (const View mail = view["mail"]; mail.present())
    parts_.alarms.mail = Mail{read_address(mail["server"]).value_or(Address{}), mail["from"].text(),
                              mail["to"].texts(), mail.place()};
}

void Validation::read_retention(const View& view) {
  const auto term = [&](std::string_view name) -> std::optional<RetentionTerm> {
    const View entry = view[name];
    if (!entry.present()) return {};
    return RetentionTerm{entry["term"].duration().value_or(base::Duration{}),
                         entry["ground"].text(), entry.place()};
  };
  parts_.retention = {term("payload"), term("statement"), term("quarantine"), term("audit")};
}

std::optional<std::int64_t> Validation::read_percent(const View& view) {
  const std::string text = view.text();
  const auto value = text.ends_with('%')
                         ? parse_count(std::string_view(text).substr(0, text.size() - 1))
                         : std::nullopt;
  if (value && *value <= 100) return value;
  if (!text.empty()) add("CH-CFG-053", view.place(), {{"text", base::printable(text)}});
  return {};
}

Retry Validation::read_retry(const View& view, const Retry& otherwise) {
  const bool whole =
      otherwise.first.count() == 0;  // of the site: defaults apply; of a destination: the site's do
  const auto chosen = [&](std::string_view name) { return whole || view[name].present(); };
  Retry retry = otherwise;
  if (chosen("first")) retry.first = view["first"].duration().value_or(retry.first);
  if (chosen("factor")) retry.factor = view["factor"].number().value_or(retry.factor);
  if (chosen("most")) retry.most = view["most"].duration().value_or(retry.most);
  if (chosen("jitter")) retry.jitter = read_percent(view["jitter"]).value_or(retry.jitter);
  if (chosen("give-up")) retry.give_up = view["give-up"].duration().value_or(retry.give_up);
  if (view.present() && (retry.first > retry.most || retry.most > retry.give_up))
    add("CH-CFG-073", view.place());
  return retry;
}

bool Address::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string Address::text() const {
  return host.find(':') == host.npos ? fmt::format("{}:{}", host, port)
                                     : fmt::format("[{}]:{}", host, port);
}

std::optional<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return {};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto allowed = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || (bracketed && c == ':');
  };
  const auto port = parse_count(text.substr(colon + 1));
  if (host.empty() || !std::ranges::all_of(host, allowed) || !port || *port > 65535) return {};
  // "127.evil.example" is a name, not the loopback network.
  const bool dotted =
      std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  if (host.starts_with("127.") && !dotted) return {};
  return Address{std::string(host), static_cast<std::uint16_t>(*port)};
}

const Policy* Site::policy_for(Recipient recipient) const {
  const auto at = std::ranges::find(policies, recipient, &Policy::recipient);
  return at == policies.end() ? nullptr : &*at;
}

std::vector<const Route*> Site::routes_from(std::string_view endpoint) const {
  std::vector<const Route*> all;
  for (const Route& route : routes)
    if (route.from == endpoint) all.push_back(&route);
  return all;
}

}  // namespace charmille::config
