#include "gateway/policy/projection.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/base/confidentiality.h"
#include "gateway/codec/codec.h"
#include "gateway/policy/grants.h"
#include "gateway/policy/hidden.h"
#include "gateway/policy/matrix.h"
#include "gateway/policy/scope.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"

namespace charmille::policy {
namespace {

using record::code_at;
using record::items_at;
using record::text_at;
using tree::Document;
using tree::Kind;
using tree::Node;

/// What the policy's lines grant of one section.
struct Grant {
  bool whole = false;
  std::vector<std::string_view> fields;
  std::vector<std::size_t> lines;  ///< ranks of the lines that granted it

  void add(const Granted& granted) {
    lines.push_back(granted.line);
    whole |= granted.whole;
    fields.insert(fields.end(), granted.fields.begin(), granted.fields.end());
  }
  bool covers(std::string_view field) const {
    return whole || std::ranges::find(fields, field) != fields.end();
  }
};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool restricts(const Node& label) {
  return base::restricts(text_at(label, "system"), text_at(label, "code"));
}

/// "R" is of v3-Confidentiality; any other code is of whatever system, unless it says
/// "system|code".
bool names_label(std::string_view named, const Node& label) {
  const std::string_view system = text_at(label, "system"), code = text_at(label, "code");
  if (code.empty()) return false;
  const std::size_t bar = named.find('|');
  if (bar != named.npos) return named.substr(0, bar) == system && named.substr(bar + 1) == code;
  const bool level = code == "R" || code == "V";
  return named == code && (!level || base::is_confidentiality(system));
}

/// One projection under way.
class Projecting {
 public:
  Projecting(const Document& record, const Addressee& to, const config::Policy& policy,
             const Scope& scope, bool shares_secret_place, const Cleared& cleared,
             std::string_view today, bool keeps_labels)
      : record_(record.root()),
        attachments_(record.attachments()),
        to_(to),
        policy_(policy),
        scope_(scope),
        cleared_(cleared),
        hide_place_(!may_know_place(to.kind) &&
                    (shares_secret_place || place_is_secret(record_, today))),
        qualified_(ins_is_qualified()),
        keeps_labels_(keeps_labels) {}

  Projection run() {
    grants();
    Document document;
    for (const tree::Attachment& attachment : attachments_) document.add_attachment(attachment);
    std::vector<Document::Member> members;
    for (const std::string_view name : config::section_names()) {
      const Node* section = record_.find(name);
      if (section == nullptr) continue;
      const Node sent = of_section(document, name, *section);
      if (sent.is(Kind::null)) {
        withhold(name);
        continue;
      }
      members.emplace_back(name, sent);
      result_.sections.emplace_back(name);
    }
    result_.ended = scope_.ended();
    result_.sole = scope_.sole();
    if (members.empty()) {
      result_.denial = "CH-POL-006";
      return std::move(result_);
    }
    note_lines();
    document.set_root(document.object(members));
    result_.document = std::move(document);
    return std::move(result_);
  }

 private:
  bool ins_is_qualified() const {
    const Node* ins = record_.find("ins");
    return ins != nullptr && code_at(*ins, "status") == "QUALIFIEE";
  }

  void grants();
  std::optional<Grant> grant_of_document(const Node& item) const;
  bool labels_fit(const Granted& granted, const Node& document) const;
  Node of_section(Document& into, std::string_view section, const Node& node);
  Node of_item(Document& into, std::string_view section, const Grant& grant, const Node& item);
  bool goes(std::string_view section, const Grant& grant, std::string_view field) const;
  Node without_hidden_addresses(Document& into, const Node& addresses);
  Node own_days(Document& into, const Node& presence);
  void withhold(std::string_view name);
  void note_lines();

  const Node& record_;
  const std::vector<tree::Attachment>& attachments_;
  const Addressee& to_;
  const config::Policy& policy_;
  const Scope& scope_;
  const Cleared& cleared_;
  const bool hide_place_;
  const bool qualified_;
  const bool keeps_labels_;
  std::map<std::string_view, Grant> grants_;
  std::vector<Granted> documents_;        ///< what each line grants of them
  std::set<std::size_t> document_lines_;  ///< that let one of them through
  Projection result_;
};

void Projecting::grants() {
  for (const Granted& granted : granted_by(policy_)) {
    grants_[granted.section].add(granted);
    if (granted.section == "documents") documents_.push_back(granted);
  }
}

/// What the policy grants of that document; nothing: it does not go. Each line is for its rubrics
/// and labels, and documents leave no place that is secret unless a person cleared them.
std::optional<Grant> Projecting::grant_of_document(const Node& item) const {
  if (hide_place_ && !cleared_.contains(text_at(item, "sha256"))) return {};
  Grant grant;
  for (const Granted& granted : documents_)
    if (contains(granted.rubrics, text_at(item, "section")) && labels_fit(granted, item))
      grant.add(granted);
  if (grant.lines.empty()) return {};
  return grant;
}

/// No label is lowered: each that restricts must be granted, and reach the recipient.
bool Projecting::labels_fit(const Granted& granted, const Node& document) const {
  return std::ranges::all_of(items_at(document, "securityLabels"), [&](const Node& label) {
    return !restricts(label) ||
           (keeps_labels_ && std::ranges::any_of(granted.labels, [&](std::string_view named) {
              return names_label(named, label);
            }));
  });
}

/// Does this field go? What the program holds back comes after what the lines grant.
bool Projecting::goes(std::string_view section, const Grant& grant, std::string_view field) const {
  if (section == "documents" && field == "securityLabels") return true;  // what goes keeps them
  if (!grant.covers(field)) return false;
  const std::string path = std::string(section) + '.' + std::string(field);
  if (contains(free_text_fields(), path)) return false;
  if (hide_place_ && contains(place_fields(), path)) return false;
  if (section == "ins" && (field == "matricule" || field == "oid" || field == "kind") &&
      !qualified_)
    return false;
  return true;
}

/// The part of a section that goes; null when none of it does.
Node Projecting::of_section(Document& into, std::string_view section, const Node& node) {
  const auto grant = grants_.find(section);
  if (grant == grants_.end() || !scope_.opens(section) ||
      (hide_place_ && contains(place_fields(), section)))
    return Node::null();
  if (!node.is(Kind::array)) return of_item(into, section, grant->second, node);
  std::vector<Node> items;
  for (const Node& item : node.items()) {
    if (!scope_.holds(section, item)) {
      withhold(std::string(section) + "[]");
      continue;
    }
    if (section == "persons" && hide_place_ && is_host(item)) {
      withhold("persons[]");
      continue;
    }
    std::optional<Grant> own;
    if (section == "documents") {
      own = grant_of_document(item);
      if (!own) {
        withhold("documents[]");
        continue;
      }
    }
    const Node sent = of_item(into, section, own ? *own : grant->second, item);
    if (sent.is(Kind::null)) continue;
    items.push_back(sent);
    if (own) document_lines_.insert(own->lines.begin(), own->lines.end());
  }
  return items.empty() ? Node::null() : into.array(items);
}

Node Projecting::of_item(Document& into, std::string_view section, const Grant& grant,
                         const Node& item) {
  std::vector<Document::Member> members;
  for (std::size_t i = 0; i < item.items().size(); ++i) {
    const std::string_view field = item.key(i);
    const bool guarded = section == "persons" && !may_know_hidden_address(to_.kind);
    if (!goes(section, grant, field) || !scope_.shows(section, item, field) ||
        (guarded && field == "phones" && hides_address(item))) {
      withhold(std::string(section) + '.' + std::string(field));
      continue;
    }
    const bool addresses = guarded && field == "addresses";
    const bool days = section == "presence" && field == "days";
    const Node value = addresses ? without_hidden_addresses(into, item.items()[i])
                       : days    ? own_days(into, item)
                                 : into.copy(item.items()[i]);
    if (!value.is(Kind::null)) members.emplace_back(field, value);
  }
  return members.empty() ? Node::null() : into.object(members);
}

/// An address goes only when its flag says that it is not secret.
Node Projecting::without_hidden_addresses(Document& into, const Node& addresses) {
  std::vector<Node> items;
  for (const Node& address : addresses.items()) {
    if (is_hidden(address)) {
      withhold("persons.addresses");
    } else {
      items.push_back(into.copy(address));
    }
  }
  return items.empty() ? Node::null() : into.array(items);
}

/// Days that are not the recipient's are out of care for it: a day keeps its place in the month.
Node Projecting::own_days(Document& into, const Node& presence) {
  const auto days = items_at(presence, "days");
  std::vector<Node> items;
  for (const Node& day : days) items.push_back(into.copy(day));
  const std::vector<std::size_t> foreign = scope_.foreign_days(presence);
  for (const std::size_t at : foreign) items[at] = into.text("HORS_MESURE");
  if (!foreign.empty()) withhold("presence.days");
  return items.empty() ? Node::null() : into.array(items);
}

void Projecting::withhold(std::string_view name) {
  if (std::ranges::find(result_.withheld, name) == result_.withheld.end())
    result_.withheld.emplace_back(name);
}

void Projecting::note_lines() {
  for (std::size_t rank = 0; rank < policy_.lines.size(); ++rank) {
    Applied applied{policy_.name + '#' + std::to_string(rank + 1),
                    policy_.lines[rank].ground,
                    policy_.lines[rank].purpose,
                    {}};
    for (const std::string& section : result_.sections) {
      const bool let = section == "documents" ? document_lines_.contains(rank)
                                              : std::ranges::find(grants_[section].lines, rank) !=
                                                    grants_[section].lines.end();
      if (let) applied.sections.push_back(section);
    }
    if (!applied.sections.empty()) result_.lines.push_back(std::move(applied));
  }
}

/// Each day on which the child was somewhere: out of care, or not filled in, is no news.
std::string days_held(const Node& months) {
  std::string held;
  for (const Node& month : months.items()) {
    std::size_t number = 0;
    for (const Node& day : items_at(month, "days")) {
      ++number;
      if (day.chars() != "HORS_MESURE" && day.chars() != "UNKNOWN")
        held.append(text_at(month, "month"))
            .append(1, '-')
            .append(std::to_string(number))
            .append(1, ' ')
            .append(day.chars())
            .append(1, '\n');
    }
  }
  return held;
}

/// What a document holds, and who may not see it; how a source calls it may change.
std::string documents_held(const Node& documents) {
  std::string held;
  for (const Node& document : documents.items()) {
    held += document.find("sha256") != nullptr ? std::string(text_at(document, "sha256"))
                                               : codec::write_canonical_json(document);
    if (const Node* labels = document.find("securityLabels"))
      held += ' ' + codec::write_canonical_json(*labels);
    held += '\n';
  }
  return held;
}

Projection denied(std::string_view code) {
  Projection projection;
  projection.denial = code;
  return projection;
}

}  // namespace

std::string held_then(const Node& projected) {
  std::string held;
  for (std::size_t i = 0; i < projected.items().size(); ++i) {
    if (projected.key(i) == "presence")
      held += days_held(projected.items()[i]);
    else if (projected.key(i) == "documents")
      held += documents_held(projected.items()[i]);
    else if (projected.key(i) != "identity" && projected.key(i) != "ids")
      held += codec::write_canonical_json(projected.items()[i]) + '\n';
  }
  return held;
}

bool restricts_a_document(const Node& record) {
  return std::ranges::any_of(items_at(record, "documents"), [](const Node& document) {
    return std::ranges::any_of(items_at(document, "securityLabels"), restricts);
  });
}

bool place_is_secret(const Node& record, std::string_view today) {
  const bool stay = std::ranges::any_of(items_at(record, "stays"), [&](const Node& item) {
    return !record::is_over(text_at(item, "exit"), today) && code_at(item, "secretPlace") != "no";
  });
  const bool measure = std::ranges::any_of(items_at(record, "measures"), [&](const Node& item) {
    return !record::is_over(text_at(item, "end"), today) && item.find("secretPlace") != nullptr &&
           code_at(item, "secretPlace") != "no";
  });
  return stay || measure;
}

Projection project(const Document& record, const Addressee& to, const config::Policy* policy,
                   bool wanted, bool shares_secret_place, const Cleared& cleared,
                   std::string_view today, bool keeps_labels) {
  if (policy == nullptr || policy->recipient != to.kind) return denied("CH-POL-001");
  if (!wanted) return denied("CH-POL-002");
  const Scope scope(record.root(), to, today);
  if (!scope.concerned()) return denied(scope.denial());
  return Projecting(record, to, *policy, scope, shares_secret_place, cleared, today, keeps_labels)
      .run();
}

}  // namespace charmille::policy
