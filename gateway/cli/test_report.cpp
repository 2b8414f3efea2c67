#include "gateway/cli/test_report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "gateway/base/bytes.h"

namespace charmille::cli {
namespace {

constexpr std::size_t most_shown = 400;  ///< bytes of one value

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Bytes that two values have in common at their beginning and at their end, whole characters only.
struct Common {
  std::size_t head = 0;
  std::size_t tail = 0;
};

Common common_of(const std::string& a, const std::string& b) {
  Common out;
  const std::size_t least = std::min(a.size(), b.size());
  while (out.head < least && a[out.head] == b[out.head]) ++out.head;
  while (out.head > 0 && ((out.head < a.size() && !begins_character(a[out.head])) ||
                          (out.head < b.size() && !begins_character(b[out.head]))))
    --out.head;
  while (out.tail < least - out.head && a[a.size() - 1 - out.tail] == b[b.size() - 1 - out.tail])
    ++out.tail;
  while (out.tail > 0 && !begins_character(a[a.size() - out.tail])) --out.tail;
  return out;
}

/// `- wanted` or `+ got`: what both have stays plain.
void print_side(const Console& console, std::string_view label, const std::string& value,
                Common common, Style style) {
  const std::size_t end = value.size() - common.tail;
  console.out << "      " << console.styled(label, style) << value.substr(0, common.head)
              << console.styled(value.substr(common.head, end - common.head), style)
              << value.substr(end) << '\n';
}

/// One decimal, rounded down: 95.0 is never less than 95.
std::string percent_text(const mapping::Share& share) {
  const std::size_t tenths = share.total == 0 ? 1000 : share.touched * 1000 / share.total;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

void print_share(const Session& s, std::string_view what, const mapping::Share& share,
                 double least) {
  const Style style = share.percent() < least        ? Style::red
                      : share.touched == share.total ? Style::green
                                                     : Style::yellow;
  s.console.out << "  " << what << s.console.styled(percent_text(share) + " %", style)
                << s.console.styled(
                       "  " + std::to_string(share.touched) + "/" + std::to_string(share.total),
                       Style::dim)
                << '\n';
}

tree::Node share_node(tree::Document& into, const mapping::Share& share) {
  return into.object({{"touched", into.integer(static_cast<std::int64_t>(share.touched))},
                      {"total", into.integer(static_cast<std::int64_t>(share.total))},
                      {"percent", into.number(percent_text(share))}});
}

tree::Node untouched_node(tree::Document& into, const std::vector<mapping::Untouched>& all,
                          std::string_view what) {
  std::vector<tree::Node> nodes;
  nodes.reserve(all.size());
  for (const mapping::Untouched& one : all)
    nodes.push_back(into.object(
        {{"place", into.text(base::describe(one.place))}, {what, into.text(one.what)}}));
  return into.array(nodes);
}

}  // namespace

void print_failure(const Session& s, const mapping::TestResult& test) {
  const Console& console = s.console;
  console.out << console.styled("✗ ", Style::red) << test.name
              << console.styled("  " + base::describe(test.place), Style::dim) << '\n';
  for (const mapping::Difference& difference : test.differences) {
    const std::string source = base::describe(difference.source);
    console.out << "    " << difference.path
                << console.styled("  " + base::describe(difference.rule), Style::dim)
                << console.styled(source.empty() ? "" : "  ← " + source, Style::dim) << '\n';
    const std::string wanted = base::printable(difference.expected, most_shown);
    const std::string got = base::printable(difference.got, most_shown);
    const Common common = common_of(wanted, got);
    print_side(console, s.say("- attendu : ", "- expected: "), wanted, common, Style::red);
    print_side(console, s.say("+ obtenu :  ", "+ got:      "), got, common, Style::green);
  }
  for (const Fault& fault : test.faults)
    console.out << "    " << base::describe(fault, s.language) << '\n';
}

void print_coverage(const Session& s, const mapping::CoverageReport& report, double least) {
  print_share(s, s.say("lignes du modèle : ", "template lines: "), report.lines, least);
  print_share(s, s.say("codes des tables : ", "table codes:    "), report.rows, least);
  for (const auto* untouched : {&report.rules, &report.codes})
    for (const mapping::Untouched& one : *untouched)
      s.console.out << s.console.styled("    " + base::describe(one.place), Style::dim) << "  "
                    << base::printable(one.what, most_shown) << '\n';
}

tree::Node to_node(tree::Document& doc, const std::string& mapping, const mapping::TestResult& test,
                   const Session& s) {
  std::vector<tree::Node> differences;
  for (const mapping::Difference& d : test.differences) {
    std::vector<tree::Document::Member> members{{"path", doc.text(d.path)},
                                                {"rule", doc.text(base::describe(d.rule))},
                                                {"expected", doc.text(d.expected)},
                                                {"got", doc.text(d.got)}};
    if (d.source.line != 0) members.emplace_back("source", doc.text(base::describe(d.source)));
    differences.push_back(doc.object(members));
  }
  std::vector<tree::Node> faults;
  for (const Fault& f : test.faults)
    faults.push_back(doc.object(
        {{"code", doc.text(f.code)}, {"text", doc.text(base::describe(f, s.language))}}));
  std::vector<tree::Document::Member> members{{"mapping", doc.text(mapping)},
                                              {"test", doc.text(test.name)},
                                              {"place", doc.text(base::describe(test.place))},
                                              {"passed", tree::Node::boolean(test.passed())},
                                              {"differences", doc.array(differences)},
                                              {"faults", doc.array(faults)}};
  if (!test.written.empty()) {
    std::vector<tree::Node> files;
    for (const std::string& file : test.written) files.push_back(doc.text(file));
    members.emplace_back("written", doc.array(files));
  }
  return doc.object(members);
}

tree::Node to_node(tree::Document& doc, const std::string& mapping,
                   const mapping::CoverageReport& report, double least) {
  return doc.object({{"mapping", doc.text(mapping)},
                     {"passed", tree::Node::boolean(report.reaches(least))},
                     {"lines", share_node(doc, report.lines)},
                     {"codes", share_node(doc, report.rows)},
                     {"untouchedRules", untouched_node(doc, report.rules, "rule")},
                     {"untouchedCodes", untouched_node(doc, report.codes, "code")}});
}

}  // namespace charmille::cli
