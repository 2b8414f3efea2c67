#include "adapters/directory/answer.h"

#include <algorithm>
#include <map>
#include <set>

#include "gateway/codec/codec.h"
#include "gateway/fhir/members.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::directory {
namespace {

using fhir::items_at;
using fhir::text_at;
using tree::Document;
using tree::Node;
using Members = std::vector<Document::Member>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view member_of_role(std::string_view type) {
  return type == "Practitioner" ? "practitioner" : "organization";
}

/// The identifier of that system; of a SIREN and a SIRET, which share theirs, the longer.
std::string_view identifier(const Node& body, std::string_view system) {
  std::string_view best;
  for (const Node& one : items_at(body, "identifiers"))
    if (text_at(one, "system") == system && text_at(one, "value").size() > best.size())
      best = text_at(one, "value");
  return best;
}

class Answer {
 public:
  Answer(const Question& question, const Found& found) : question_(question), found_(found) {
    for (const Entry& entry : found.entries) {
      const auto body = codec::read_own_json(doc_, entry.body);
      if (body) resources_.push_back({&entry, *body});
    }
  }

  std::string text() {
    std::vector<Node> items;
    std::string_view name = "mailboxes";
    if (question_.kind == Kind::professional) {
      name = "professionals";
      for (const Resource& one : resources_)
        if (is(one, "Practitioner")) items.push_back(professional(one));
    } else if (question_.kind == Kind::structure) {
      name = "structures";
      for (const Resource& one : resources_)
        if (is(one, "Organization")) items.push_back(structure(one));
    } else {
      for (const Resource& one : resources_)
        if (!one.entry->beside) add_mailboxes(one, items);
    }
    Members members{{"operation", doc_.text(name_of(question_.kind))},
                    {"asOf", doc_.text(base::to_rfc3339(found_.as_of))},
                    {"source", doc_.text(found_.cached ? "cache" : "directory")},
                    {"stale", Node::boolean(!found_.why.empty())}};
    add(members, "why", found_.why);
    members.emplace_back("complete", Node::boolean(found_.complete));
    members.emplace_back("withheld", doc_.integer(withheld_));
    members.emplace_back(name, doc_.array(items));
    return codec::write_json(doc_.object(members)) + '\n';
  }

 private:
  struct Resource {
    const Entry* entry;
    Node body;
  };

  static bool is(const Resource& one, std::string_view type) {
    return one.entry->type == type && !one.entry->beside;
  }
  void add(Members& members, std::string_view name, std::string_view text) {
    if (!text.empty()) members.emplace_back(name, doc_.text(text));
  }
  static void copy(Members& members, const Node& from, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const Node* node = from.find(name)) members.emplace_back(name, *node);
  }

  const Resource* find(std::string_view type, std::string_view id) const {
    for (const Resource& one : resources_)
      if (one.entry->type == type && one.entry->id == id) return &one;
    return nullptr;
  }

  void count_withheld(const Node& body) {
    if (const Node* count = body.find("withheld"))
      withheld_ += std::stoll(std::string(count->chars()));
  }

  Members structure_members(const Node& body) {
    Members members;
    copy(members, body, {"id", "active", "name"});
    add(members, "finess", identifier(body, "https://finess.esante.gouv.fr"));
    if (const auto siret = identifier(body, "https://sirene.fr"); siret.size() == 14)
      add(members, "siret", siret);
    copy(members, body, {"addresses"});
    return members;
  }
  Members person_members(const Node& body) {
    Members members;
    copy(members, body, {"id", "active", "family", "given", "prefix"});
    add(members, "rpps", identifier(body, "https://rpps.esante.gouv.fr"));
    return members;
  }

  Node structure(const Resource& one) {
    count_withheld(one.body);
    Members members = structure_members(one.body);
    copy(members, one.body, {"identifiers", "codes", "phones", "mailboxes"});
    return doc_.object(members);
  }

  Node role(const Resource& one) {
    count_withheld(one.body);
    Members members;
    copy(members, one.body, {"id", "active", "codes", "mailboxes"});
    const Resource* where = find("Organization", text_at(one.body, "organization"));
    if (where != nullptr)
      members.emplace_back("structure", doc_.object(structure_members(where->body)));
    return doc_.object(members);
  }

  Node professional(const Resource& one) {
    count_withheld(one.body);
    Members members = person_members(one.body);
    copy(members, one.body, {"identifiers", "codes", "mailboxes"});
    std::vector<Node> roles;
    for (const Resource& other : resources_)
      if (is(other, "PractitionerRole") && text_at(other.body, "practitioner") == one.entry->id)
        roles.push_back(role(other));
    members.emplace_back("roles", doc_.array(roles));
    return doc_.object(members);
  }

  /// Whose mailbox it is: a professional, in a structure or not, or a structure.
  void add_owner(const Resource& one, Members& members) {
    const bool is_role = one.entry->type == "PractitionerRole";
    const Resource* who = one.entry->type == "Practitioner" ? &one : nullptr;
    const Resource* where = one.entry->type == "Organization" ? &one : nullptr;
    if (is_role) who = find("Practitioner", text_at(one.body, "practitioner"));
    if (is_role) where = find("Organization", text_at(one.body, "organization"));
    if (who != nullptr)
      members.emplace_back("professional", doc_.object(person_members(who->body)));
    if (where != nullptr)
      members.emplace_back("structure", doc_.object(structure_members(where->body)));
  }

  void add_mailboxes(const Resource& one, std::vector<Node>& into) {
    const std::string_view wanted = question_.parameter("address");
    std::size_t shown = 0;
    for (const Node& mailbox : items_at(one.body, "mailboxes")) {
      if (!wanted.empty() && lower(text_at(mailbox, "address")) != wanted) continue;
      ++shown;
      Members members;
      copy(members, mailbox, {"address", "type", "service", "description"});
      add_owner(one, members);
      into.push_back(doc_.object(members));
    }
    if (wanted.empty()) return count_withheld(one.body);
    // It was found by an address that is not among those to be told.
    if (shown == 0 && one.body.find("withheld") != nullptr) ++withheld_;
  }

  const Question& question_;
  const Found& found_;
  Document doc_;
  std::vector<Resource> resources_;
  std::int64_t withheld_ = 0;
};

}  // namespace

std::string answer_of(const Question& question, const Found& found) {
  return Answer(question, found).text();
}

std::vector<std::string> named_by_roles(const std::vector<Entry>& entries, std::string_view type) {
  std::set<std::string> there;
  for (const Entry& entry : entries)
    if (entry.type == type && !entry.beside) there.insert(entry.id);
  std::vector<std::string> missing;
  Document doc;
  for (const Entry& entry : entries) {
    if (entry.type != "PractitionerRole") continue;
    const auto body = codec::read_own_json(doc, entry.body);
    if (!body) continue;
    const std::string id(text_at(*body, member_of_role(type)));
    if (!id.empty() && there.insert(id).second) missing.push_back(id);
  }
  return missing;
}

}  // namespace charmille::adapters::directory
