#include "gateway/cli/route_graph.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "gateway/policy/grants.h"
#include "gateway/policy/matrix.h"

namespace charmille::cli {
namespace {

using config::Recipient;

bool is_health_channel(Recipient kind) {
  return kind == Recipient::dmp || kind == Recipient::care_team || kind == Recipient::citizen;
}

std::string_view section_of(std::string_view field) {
  return field.substr(0, field.find('.'));
}

/// The fields that are granted: "persons.addresses" is when persons is, whole or with addresses.
std::vector<std::string> among(std::span<const std::string_view> fields,
                               const std::vector<policy::Granted>& granted) {
  std::vector<std::string> found;
  for (const std::string_view field : fields)
    if (std::ranges::any_of(granted, [&](const policy::Granted& one) {
          if (one.section != section_of(field)) return false;
          const std::size_t dot = field.find('.');
          return one.whole || dot == field.npos ||
                 std::ranges::find(one.fields, field.substr(dot + 1)) != one.fields.end();
        }))
      found.emplace_back(field);
  return found;
}

/// The rules of the program for one recipient, as far as its policy meets them.
class Rules {
 public:
  Rules(const config::Partner& partner, const config::Policy& policy, base::Language language)
      : partner_(partner),
        kind_(policy.recipient),
        granted_(policy::granted_by(policy)),
        refused_(policy::refused_of(policy)),
        french_(language == base::Language::fr) {}

  std::vector<ProgramRule> run() {
    scope();
    secrets();
    identity();
    contents();
    return std::move(rules_);
  }

 private:
  void add(std::string code, std::string_view french, std::string_view english,
           std::vector<std::string> fields = {}) {
    rules_.push_back({std::move(code), std::string(french_ ? french : english), std::move(fields)});
  }
  bool grants(std::string_view section) const {
    return std::ranges::find(granted_, section, &policy::Granted::section) != granted_.end();
  }

  void scope() {
    if (kind_ == Recipient::departement) {
      add("own-decisions",
          fmt::format("un enfant seulement tant que le département {0} a une décision sur lui, ou "
                      "parce qu'il en a eu une ; ses décisions, pas celles des autres",
                      partner_.department),
          fmt::format("a child only while the department {0} holds a decision on it, or because it "
                      "held one; its decisions, not those of others",
                      partner_.department));
      add("own-time",
          "rien d'avant sa première décision, sauf décision écrite inscrite par `records transmit` "
          "; "
          "rien de nouveau après la fin de la dernière",
          "nothing from before its first decision, but for a written decision recorded by `records "
          "transmit`; nothing new after the end of the last one");
    }
    if (kind_ == Recipient::dui)
      add("own-establishments",
          "les enfants accueillis dans ces établissements, et ce qui tombe dans leur séjour",
          "the children of these establishments, and what falls in their stay", partner_.finess);
    if (is_health_channel(kind_))
      add("certain-links", "les fiches reliées par une règle « probable » restent séparées",
          "records linked by a \"probable\" rule stay apart");
  }

  void secrets() {
    if (!policy::may_know_place(kind_)) {
      add("secret-place",
          "d'un enfant dont le lieu est secret, ou n'est pas dit, et de sa fratrie accueillie au "
          "même "
          "endroit : rien de ce qui mène au lieu",
          "of a child whose place is secret, or not told, and of siblings in the same place: "
          "nothing "
          "that leads there",
          among(policy::place_fields(), granted_));
      add("scan",
          "chaque envoi est fouillé : s'il contient un secret de l'enfant, il est retenu, et aucun "
          "droit ne le libère",
          "each payload is searched: when it holds a secret of the child it is held, and no right "
          "releases it");
    }
    if (grants("persons") && !policy::may_know_hidden_address(kind_)) {
      static constexpr std::array<std::string_view, 2> fields{"persons.addresses",
                                                              "persons.phones"};
      add("hidden-address", "l'adresse et les téléphones de qui cache son adresse",
          "the address and the phones of who hides an address", among(fields, granted_));
    }
  }

  void identity() {
    static constexpr std::array<std::string_view, 3> fields{"ins.matricule", "ins.oid", "ins.kind"};
    if (auto held = among(fields, granted_); !held.empty())
      add("qualified-ins", "l'INS tant qu'elle n'est pas qualifiée",
          "the INS until it is qualified", std::move(held));
  }

  void contents() {
    if (grants("documents") && is_health_channel(kind_))
      add("health-documents", "les documents qui ne sont pas de santé",
          "documents that are not about health", {"documents"});
    if (auto texts = among(policy::free_text_fields(), granted_); !texts.empty())
      add("free-text", "les textes libres n'ont pas de sortie automatique",
          "free texts have no automatic way out", std::move(texts));
    std::vector<std::string> in_vain;
    for (const policy::Refused& one : refused_)
      in_vain.push_back(std::string(one.section) +
                        (one.field.empty() ? "" : "." + std::string(one.field)));
    if (!in_vain.empty())
      add("refused", "la politique le nomme, le programme ne le laisse pas partir",
          "the policy names it, the program does not let it go", std::move(in_vain));
  }

  const config::Partner& partner_;
  Recipient kind_;
  std::vector<policy::Granted> granted_;
  std::vector<policy::Refused> refused_;
  bool french_;
  std::vector<ProgramRule> rules_;
};

bool leads_to_place(const policy::Granted& granted) {
  return !among(policy::place_fields(), {granted}).empty();
}

/// Of documents, that of the most confidential ones.
std::string_view level_of(const policy::Granted& granted) {
  if (granted.section != "documents") return policy::confidentiality_of(granted.section);
  std::string_view most;
  for (const std::string_view rubric : granted.rubrics)
    most = std::max(most, policy::confidentiality_of_document(rubric));
  return most;
}

std::vector<SentGroup> sent_by(const config::Policy& policy) {
  std::vector<SentGroup> groups;
  for (const policy::Granted& granted : policy::granted_by(policy)) {
    const config::PolicyLine& line = policy.lines[granted.line];
    const std::string name = fmt::format("{}#{}", policy.name, granted.line + 1);
    const bool documents = granted.section == "documents";
    if (documents && granted.rubrics.empty()) continue;
    const std::string_view level = level_of(granted);
    auto group = std::ranges::find_if(
        groups, [&](const SentGroup& one) { return one.line == name && one.level == level; });
    if (group == groups.end()) {
      groups.push_back({std::string(level), false, {}, line.ground, line.purpose, name});
      group = std::prev(groups.end());
    }
    group->tells_place |= policy::may_know_place(policy.recipient) && leads_to_place(granted);
    if (documents)
      group->fields.push_back(fmt::format("documents ({}{}{})", fmt::join(granted.rubrics, ", "),
                                          granted.labels.empty() ? "" : " ; ",
                                          fmt::join(granted.labels, ", ")));
    else if (granted.whole)
      group->fields.emplace_back(granted.section);
    for (const std::string_view field : granted.fields)
      group->fields.push_back(fmt::format("{}.{}", granted.section, field));
  }
  return groups;
}

std::vector<std::string> unsent_by(const config::Policy* policy) {
  std::vector<std::string> unsent;
  for (const std::string_view section : config::section_names()) {
    const auto names = [&](const config::PolicyLine& line) {
      return std::ranges::find(line.sections, section) != line.sections.end();
    };
    if (policy == nullptr || std::ranges::none_of(policy->lines, names))
      unsent.emplace_back(section);
  }
  return unsent;
}

GraphDestination destination_of(const config::Site& site, const config::RouteDestination& to,
                                base::Language language) {
  GraphDestination destination;
  destination.to = &to;
  destination.endpoint = &site.endpoints.find(to.endpoint)->second;
  destination.partner = &site.partner_of(*destination.endpoint);
  if (destination.partner->recipient)
    destination.policy = site.policy_for(*destination.partner->recipient);
  destination.unsent = unsent_by(destination.policy);
  if (destination.policy == nullptr) return destination;
  destination.sent = sent_by(*destination.policy);
  destination.rules = Rules(*destination.partner, *destination.policy, language).run();
  return destination;
}

GraphRelay relay_of(const config::Site& site, const config::Relay& relay) {
  GraphRelay one{&relay,
                 &site.endpoints.find(relay.from)->second,
                 &site.endpoints.find(relay.to)->second,
                 nullptr,
                 {},
                 {}};
  one.partner = &site.partner_of(*one.destination);
  const config::Policy* const policy =
      one.partner->recipient ? site.policy_for(*one.partner->recipient) : nullptr;
  if (policy == nullptr) return one;
  for (const config::PolicyLine& line : policy->lines)
    if (line.extraction == relay.extraction) {
      one.ground = line.ground;
      one.purpose = line.purpose;
    }
  return one;
}

}  // namespace

Graph graph_of(const config::Site& site, base::Language language) {
  Graph graph;
  for (const config::Route& route : site.routes) {
    GraphRoute one{&route, &site.endpoints.find(route.from)->second, {}};
    for (const config::RouteDestination& to : route.to)
      one.to.push_back(destination_of(site, to, language));
    graph.routes.push_back(std::move(one));
  }
  for (const config::Relay& relay : site.relays) graph.relays.push_back(relay_of(site, relay));
  return graph;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string recipient_of(const config::Partner& partner) {
  if (!partner.recipient) return {};
  std::string text(config::name_of(*partner.recipient));
  if (!partner.department.empty()) text += ' ' + partner.department;
  if (!partner.finess.empty()) text += ' ' + joined(partner.finess);
  return text;
}

}  // namespace charmille::cli
