#include "gateway/exchange/report.h"

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/exchange/calendar.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {
namespace {

struct Words {
  std::string_view title, file, received, exchange, digest, refused_whole, already_done, counts,
      refusals, remarks, more, line, column, record, remedy, rule;
};

constexpr Words french{"RAPPORT DE RÉCEPTION",
                       "Fichier",
                       "Reçu le",
                       "Échange",
                       "Empreinte SHA-256",
                       "Le fichier est refusé en entier : rien n'a été pris en compte.",
                       "Ce lot est identique au dernier lot reçu : il n'y avait rien à faire.",
                       "{} enregistrement(s) pris en compte, dont {} sans changement ; {} "
                       "refusé(s) et mis en quarantaine ; {} remarque(s).",
                       "Refus",
                       "Remarques",
                       "... et {} autre(s), non listé(s) ici",
                       "ligne",
                       "colonne",
                       "enregistrement",
                       "À faire",
                       "Règle"};
constexpr Words english{
    "RECEPTION REPORT",
    "File",
    "Received",
    "Exchange",
    "SHA-256 digest",
    "The file is refused as a whole: nothing was applied.",
    "This lot equals the last one received: there was nothing to do.",
    "{} record(s) applied, {} of them without change; {} refused and quarantined; {} remark(s).",
    "Refusals",
    "Remarks",
    "... and {} more, not listed here",
    "line",
    "column",
    "record",
    "To do",
    "Rule"};

const Words& words(base::Language language) {
  return language == base::Language::fr ? french : english;
}

/// "22/11/2026 11:42:31 (Europe/Paris)".
std::string moment(const Report& report, base::Language language) {
  if (report.time_zone.empty()) return base::to_rfc3339(report.received);
  const std::string iso = local_text(report.received, report.time_zone);
  const std::string day = language == base::Language::en
                              ? iso.substr(0, 10)
                              : iso.substr(8, 2) + '/' + iso.substr(5, 2) + '/' + iso.substr(0, 4);
  return fmt::format("{} {} ({})", day, iso.substr(11, 8), report.time_zone);
}

std::string where(const base::Place& place, const std::string& local_id, const Words& w) {
  std::string out;
  const auto add = [&out](std::string_view part) {
    if (!out.empty()) out += ", ";
    out += part;
  };
  if (!place.file.empty()) add(base::printable(place.file));
  if (place.line != 0) add(fmt::format("{} {}", w.line, place.line));
  if (place.column != 0) add(fmt::format("{} {}", w.column, place.column));
  if (!place.path.empty()) add(base::printable(place.path));
  if (!local_id.empty()) add(fmt::format("{} {}", w.record, base::printable(local_id, 60)));
  return out;
}

void write_list(std::string& out, std::string_view title, const std::vector<Refusal>& list,
                std::uint64_t total, base::Language language) {
  if (list.empty()) return;
  const Words& w = words(language);
  out += fmt::format("\n{}\n", title);
  for (const Refusal& refusal : list) {
    const std::string place = where(refusal.fault.place, refusal.local_id, w);
    out += fmt::format("- {}{}{}\n", place, place.empty() ? "" : " : ",
                       text_of(refusal.fault, language));
    if (const std::string remedy = remedy_of(refusal.fault, language); !remedy.empty())
      out += fmt::format("  {} : {}\n", w.remedy, remedy);
    out += fmt::format("  {} : {}\n", w.rule, refusal.fault.code);
  }
  if (total > list.size()) out += fmt::format(fmt::runtime(w.more), total - list.size()) + "\n";
}

tree::Node to_node(tree::Document& doc, const std::vector<Refusal>& list, base::Language language) {
  std::vector<tree::Node> items;
  for (const Refusal& refusal : list) {
    const base::Place& place = refusal.fault.place;
    std::vector<tree::Document::Member> members{
        {"code", doc.text(refusal.fault.code)},
        {"text", doc.text(text_of(refusal.fault, language))},
        {"remedy", doc.text(remedy_of(refusal.fault, language))}};
    if (!place.file.empty()) members.emplace_back("file", doc.text(base::printable(place.file)));
    if (place.line != 0) members.emplace_back("line", doc.integer(place.line));
    if (place.column != 0) members.emplace_back("column", doc.integer(place.column));
    if (!place.path.empty()) members.emplace_back("path", doc.text(base::printable(place.path)));
    if (!refusal.local_id.empty())
      members.emplace_back("localId", doc.text(base::printable(refusal.local_id, 60)));
    items.push_back(doc.object(members));
  }
  return doc.array(items);
}

}  // namespace

void Report::refuse(base::Fault fault, std::string local_id) {
  ++refused;
  if (refusals.size() < most_listed) refusals.push_back({std::move(fault), std::move(local_id)});
}

void Report::remark(base::Fault fault, std::string local_id) {
  ++remarks_total;
  if (remarks.size() < most_listed) remarks.push_back({std::move(fault), std::move(local_id)});
}

void Report::add(const Report& part) {
  const auto append = [](std::vector<Refusal>& to, const std::vector<Refusal>& from) {
    for (const Refusal& refusal : from)
      if (to.size() < most_listed) to.push_back(refusal);
  };
  accepted += part.accepted;
  refused += part.refused;
  unchanged += part.unchanged;
  remarks_total += part.remarks_total;
  append(refusals, part.refusals);
  append(remarks, part.remarks);
}

std::string to_text(const Report& report, base::Language language) {
  const Words& w = words(language);
  std::string out = fmt::format("{}\n\n{} : {}\n{} : {}\n{} : {}\n", w.title, w.file,
                                base::printable(report.file), w.received, moment(report, language),
                                w.exchange, report.exchange.text());
  if (!report.sha256.empty()) out += fmt::format("{} : {}\n", w.digest, report.sha256);
  out += '\n';
  if (report.refused_whole) {
    out += fmt::format("{}\n", w.refused_whole);
  } else if (report.already_done) {
    out += fmt::format("{}\n", w.already_done);
  } else {
    out += fmt::format(fmt::runtime(w.counts), report.accepted, report.unchanged, report.refused,
                       report.remarks_total) +
           "\n";
  }
  write_list(out, w.refusals, report.refusals, report.refused, language);
  write_list(out, w.remarks, report.remarks, report.remarks_total, language);
  return out;
}

std::string to_json(const Report& report, base::Language language) {
  tree::Document doc;
  const std::string_view outcome = report.refused_whole  ? "rejected"
                                   : report.already_done ? "already-done"
                                                         : "applied";
  doc.set_root(
      doc.object({{"exchange", doc.text(report.exchange.text())},
                  {"file", doc.text(base::printable(report.file))},
                  {"sha256", doc.text(report.sha256)},
                  {"received", doc.text(base::to_rfc3339(report.received))},
                  {"outcome", doc.text(outcome)},
                  {"accepted", doc.integer(static_cast<std::int64_t>(report.accepted))},
                  {"unchanged", doc.integer(static_cast<std::int64_t>(report.unchanged))},
                  {"refused", doc.integer(static_cast<std::int64_t>(report.refused))},
                  {"remarksTotal", doc.integer(static_cast<std::int64_t>(report.remarks_total))},
                  {"refusals", to_node(doc, report.refusals, language)},
                  {"remarks", to_node(doc, report.remarks, language)},
                  {"text", doc.text(to_text(report, language))}}));
  return codec::write_json(doc.root());
}

}  // namespace charmille::exchange
