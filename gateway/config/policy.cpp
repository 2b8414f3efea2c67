#include "gateway/config/policy.h"

#include <algorithm>

#include "gateway/config/view.h"

namespace charmille::config {
namespace {

using tree::Field;
using enum tree::FieldType;

std::vector<Field> line_fields() {
  return {
      {.name = "sections",
       .type = list,
       .meaning_fr = "sections de la fiche de l'enfant",
       .meaning_en = "sections of the child record",
       .example = "[identity, measures]",
       .item = {{.type = choice, .choices = {section_names().begin(), section_names().end()}}}},
      {.name = "fields",
       .type = list,
       .meaning_fr = "champs de l'unique section ; absent, toute la section",
       .meaning_en = "fields of the one section; without it, all of the section",
       .example = "[level, uai]",
       .item = {{}}},
      {.name = "extraction",
       .type = choice,
       .meaning_fr = "à la place des sections : une extraction entière, sans identité",
       .meaning_en = "in place of sections: a whole extraction, without identity",
       .example = "olinpe",
       .choices = {"olinpe"}},
      {.name = "documents",
       .type = list,
       .meaning_fr = "avec la section documents : de quelles rubriques",
       .meaning_en = "with the section documents: of which rubrics",
       .example = "[judicial, administrative]",
       .item = {{.type = choice,
                 .choices = {"administrative", "judicial", "health", "social", "school",
                             "unknown"}}}},
      {.name = "labels",
       .type = list,
       .meaning_fr = "avec la section documents : les étiquettes de confidentialité que ces pièces "
                     "peuvent avoir ; sans elles, une pièce étiquetée autrement que « normal » ne "
                     "part pas",
       .meaning_en = "with the section documents: the security labels that they may have; without, "
                     "a document with another label than normal does not leave",
       .example = "[R]",
       .item = {{}}},
      {.name = "ground",
       .meaning_fr = "fondement légal, inscrit au journal d'audit",
       .meaning_en = "legal ground, noted in the audit log",
       .example = "CASF L221-1, L226-2-2",
       .required = true},
      {.name = "purpose",
       .meaning_fr = "finalité",
       .meaning_en = "purpose",
       .example = "suivi des mesures confiées",
       .required = true},
  };
}

PolicyLine read_line(const View& view, std::vector<Fault>& faults) {
  PolicyLine line{view["sections"].texts(),  view["fields"].texts(),    view["ground"].text(),
                  view["purpose"].text(),    view["extraction"].text(), view.place(),
                  view["documents"].texts(), view["labels"].texts()};
  if (line.sections.empty() == line.extraction.empty())
    faults.push_back(fault("CH-CFG-068", view.place()));
  if (!line.fields.empty() && line.sections.size() != 1)
    faults.push_back(fault("CH-CFG-067", view["fields"].place()));
  const bool carries = std::ranges::find(line.sections, "documents") != line.sections.end();
  if (carries != !line.documents.empty())
    faults.push_back(fault("CH-CFG-079", view["documents"].place()));
  if (!carries && !line.labels.empty())
    faults.push_back(fault("CH-CFG-096", view["labels"].place()));
  return line;
}

}  // namespace

const tree::Spec& policy_spec() {
  static const tree::Spec spec{
      "policy",
      "Une politique : ce qui peut aller à un type de destinataire. Ce qui n'est pas écrit ne part "
      "pas.",
      "A policy: what may go to one kind of recipient. What is not written does not leave.",
      {{.name = "policy",
        .meaning_fr = "nom de la politique, inscrit au journal d'audit",
        .meaning_en = "name of the policy, noted in the audit log",
        .example = "departement",
        .required = true},
       {.name = "recipient",
        .type = choice,
        .meaning_fr = "type de destinataire",
        .meaning_en = "kind of recipient",
        .example = "departement",
        .required = true,
        .choices = {recipient_names().begin(), recipient_names().end()}},
       {.name = "lines",
        .type = list,
        .meaning_fr = "ce qui est permis, ligne par ligne",
        .meaning_en = "what is allowed, line by line",
        .required = true,
        .item = {{.type = object, .fields = line_fields()}}}}};
  return spec;
}

std::optional<Policy> read_policy(const tree::Document& document, std::vector<Fault>& faults) {
  static const Field root{.type = object, .fields = policy_spec().fields};
  const std::size_t before = faults.size();
  for (Fault& f : tree::check(document, document.root(), policy_spec().fields, {}))
    faults.push_back(std::move(f));
  const View view(document, document.root(), root, {});
  Policy policy;
  policy.name = view["policy"].text();
  policy.recipient = parse_recipient(view["recipient"].text()).value_or(Recipient::archives);
  policy.place = view["policy"].place();
  for (const View& line : view["lines"].items()) policy.lines.push_back(read_line(line, faults));
  if (faults.size() != before) return {};
  return policy;
}

}  // namespace charmille::config
