#include "adapters/directory/resource.h"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "adapters/directory/wire.h"
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

constexpr std::string_view mailbox_extension =
    "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
    "as-ext-mailbox-mss-metadata";
constexpr std::string_view email_type_extension =
    "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type";

const Node* extension(const Node& node, std::string_view url) {
  for (const Node& one : items_at(node, "extension"))
    if (text_at(one, "url") == url) return &one;
  return nullptr;
}

/// The code of a value[x] of an extension, be it a Coding, a CodeableConcept or a code.
std::string_view code_of(const Node* extension) {
  if (extension == nullptr) return {};
  if (const Node* coding = extension->find("valueCoding")) return text_at(*coding, "code");
  if (const Node* concept_ = extension->find("valueCodeableConcept"))
    for (const Node& coding : items_at(*concept_, "coding")) return text_at(coding, "code");
  return text_at(*extension, "valueCode");
}

bool is_mailbox(const Node& telecom) {
  if (text_at(telecom, "system") != "email" || text_at(telecom, "value").empty()) return false;
  return extension(telecom, mailbox_extension) != nullptr ||
         code_of(extension(telecom, email_type_extension)) == "MSSANTE";
}

/// What is not plainly told to be publishable is not published.
bool is_on_red_list(const Node& telecom) {
  for (const Node& metadata : items_at(telecom, "extension")) {
    if (text_at(metadata, "url") != mailbox_extension) continue;
    for (const Node& mark : items_at(metadata, "extension")) {
      if (text_at(mark, "url") != "listeRouge") continue;
      const Node* value = mark.find("valueBoolean");
      if (value == nullptr || !value->is(tree::Kind::boolean) || value->boolean_value())
        return true;
    }
  }
  return false;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Its addresses on the red list: what is on it once is not told where it stands a second time.
std::set<std::string> red_list_of(const Node& resource) {
  std::set<std::string> red;
  for (const Node& telecom : items_at(resource, "telecom"))
    if (is_mailbox(telecom) && is_on_red_list(telecom))
      red.insert(lower(text_at(telecom, "value")));
  return red;
}

void add(Document& doc, Members& members, std::string_view name, std::string_view text) {
  if (!text.empty()) members.emplace_back(name, doc.text(text));
}

Node mailbox_of(Document& doc, const Node& telecom) {
  Members members;
  add(doc, members, "address", text_at(telecom, "value"));
  if (const Node* metadata = extension(telecom, mailbox_extension)) {
    add(doc, members, "type", code_of(extension(*metadata, "type")));
    for (const char* name : {"service", "description"}) {
      const Node* one = extension(*metadata, name);
      const std::string_view text =
          one == nullptr ? std::string_view{} : text_at(*one, "valueString");
      add(doc, members, name, text.empty() ? code_of(one) : text);
    }
  }
  return doc.object(members);
}

void add_contacts(Document& doc, Members& members, const Node& resource, bool with_phones) {
  std::vector<Node> mailboxes;
  std::vector<Node> phones;
  const std::set<std::string> red = red_list_of(resource);
  for (const Node& telecom : items_at(resource, "telecom")) {
    const std::string_view value = text_at(telecom, "value");
    if (with_phones && text_at(telecom, "system") == "phone" && !value.empty())
      phones.push_back(doc.text(value));
    if (is_mailbox(telecom) && !red.contains(lower(value)))
      mailboxes.push_back(mailbox_of(doc, telecom));
  }
  if (!phones.empty()) members.emplace_back("phones", doc.array(phones));
  if (!mailboxes.empty()) members.emplace_back("mailboxes", doc.array(mailboxes));
  if (!red.empty())
    members.emplace_back("withheld", doc.integer(static_cast<std::int64_t>(red.size())));
}

void add_identifiers(Document& doc, Members& members, const Node& resource) {
  std::vector<Node> all;
  for (const Node& one : items_at(resource, "identifier")) {
    if (text_at(one, "value").empty()) continue;
    Members parts;
    add(doc, parts, "system", text_at(one, "system"));
    add(doc, parts, "value", text_at(one, "value"));
    all.push_back(doc.object(parts));
  }
  if (!all.empty()) members.emplace_back("identifiers", doc.array(all));
}

void add_codings(Document& doc, std::vector<Node>& into, const Node* concept_) {
  if (concept_ == nullptr) return;
  for (const Node& coding : items_at(*concept_, "coding")) {
    if (text_at(coding, "code").empty()) continue;
    Members parts;
    add(doc, parts, "system", text_at(coding, "system"));
    add(doc, parts, "code", text_at(coding, "code"));
    add(doc, parts, "text", text_at(coding, "display"));
    into.push_back(doc.object(parts));
  }
}

void add_practitioner(Document& doc, Members& members, const Node& resource) {
  const auto names = items_at(resource, "name");
  if (!names.empty()) {
    const Node& name = names.front();
    add(doc, members, "family", text_at(name, "family"));
    std::vector<Node> given;
    for (const Node& one : items_at(name, "given")) given.push_back(doc.text(one.chars()));
    if (!given.empty()) members.emplace_back("given", doc.array(given));
    for (const Node& one : items_at(name, "prefix")) {
      add(doc, members, "prefix", one.chars());
      break;
    }
  }
  std::vector<Node> codes;
  for (const Node& one : items_at(resource, "qualification"))
    add_codings(doc, codes, one.find("code"));
  if (!codes.empty()) members.emplace_back("codes", doc.array(codes));
}

void add_role(Document& doc, Members& members, const Node& resource) {
  if (const Node* who = resource.find("practitioner"))
    add(doc, members, "practitioner", id_in(text_at(*who, "reference"), "Practitioner"));
  if (const Node* where = resource.find("organization"))
    add(doc, members, "organization", id_in(text_at(*where, "reference"), "Organization"));
  std::vector<Node> codes;
  for (const Node& one : items_at(resource, "code")) add_codings(doc, codes, &one);
  for (const Node& one : items_at(resource, "specialty")) add_codings(doc, codes, &one);
  if (!codes.empty()) members.emplace_back("codes", doc.array(codes));
}

/// A line of an address, which the directory also writes in parts (house number, kind of street,
/// name of the street).
std::vector<Node> lines_of(Document& doc, const Node& address) {
  std::vector<Node> lines;
  const auto texts = items_at(address, "line");
  const auto parts = items_at(address, "_line");
  for (std::size_t i = 0; i < std::max(texts.size(), parts.size()); ++i) {
    std::string line(i < texts.size() ? texts[i].chars() : std::string_view{});
    if (line.empty() && i < parts.size())
      for (const Node& part : items_at(parts[i], "extension"))
        if (const std::string_view text = text_at(part, "valueString"); !text.empty())
          line += (line.empty() ? "" : " ") + std::string(text);
    if (!line.empty()) lines.push_back(doc.text(line));
  }
  return lines;
}

void add_organization(Document& doc, Members& members, const Node& resource) {
  add(doc, members, "name", text_at(resource, "name"));
  std::vector<Node> addresses;
  for (const Node& one : items_at(resource, "address")) {
    Members parts;
    const std::vector<Node> lines = lines_of(doc, one);
    if (!lines.empty()) parts.emplace_back("lines", doc.array(lines));
    add(doc, parts, "postalCode", text_at(one, "postalCode"));
    add(doc, parts, "city", text_at(one, "city"));
    addresses.push_back(doc.object(parts));
  }
  if (!addresses.empty()) members.emplace_back("addresses", doc.array(addresses));
  std::vector<Node> codes;
  for (const Node& one : items_at(resource, "type")) add_codings(doc, codes, &one);
  if (!codes.empty()) members.emplace_back("codes", doc.array(codes));
}

}  // namespace

std::string body_of(const Node& resource) {
  Document doc;
  Members members;
  add(doc, members, "id", text_at(resource, "id"));
  const Node* active = resource.find("active");
  const bool is_active =
      active == nullptr || !active->is(tree::Kind::boolean) || active->boolean_value();
  members.emplace_back("active", Node::boolean(is_active));
  add_identifiers(doc, members, resource);
  const std::string_view type = text_at(resource, "resourceType");
  if (type == "Practitioner") add_practitioner(doc, members, resource);
  if (type == "PractitionerRole") add_role(doc, members, resource);
  if (type == "Organization") add_organization(doc, members, resource);
  add_contacts(doc, members, resource, type == "Organization");
  return codec::write_json(doc.object(members));
}

}  // namespace charmille::adapters::directory
