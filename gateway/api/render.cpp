#include "gateway/api/render.h"

#include "gateway/base/bytes.h"
#include "gateway/exchange/beside.h"

namespace charmille::api {
namespace {

std::string when(base::Time time) {
  return time == base::Time{} ? std::string{} : base::to_rfc3339(time);
}
std::string id_text(const base::Uuid& id) {
  return id.is_nil() ? std::string{} : id.text();
}

}  // namespace

tree::Node without_blanks(tree::Document& into, std::vector<tree::Document::Member> members) {
  std::erase_if(members, [](const tree::Document::Member& member) {
    const tree::Node& node = member.second;
    return node.is(tree::Kind::null) || (node.is(tree::Kind::text) && node.chars().empty());
  });
  return into.object(members);
}

tree::Node to_node(tree::Document& into, const Fault& fault, base::Language language) {
  return without_blanks(into, {{"code", into.text(fault.code)},
                               {"text", into.text(base::text_of(fault, language))},
                               {"remedy", into.text(base::remedy_of(fault, language))},
                               {"place", into.text(base::describe(fault.place))}});
}

tree::Node to_node(tree::Document& into, const store::Exchange& exchange,
                   const std::optional<Fault>& fault, base::Language language) {
  const bool out = exchange.direction == store::Direction::out;
  const bool root = exchange.flow == exchange.id;
  return without_blanks(
      into, {{"id", into.text(exchange.id.text())},
             {"number", into.integer(static_cast<std::int64_t>(exchange.number))},
             {"direction", into.text(out ? "out" : "in")},
             {"state", into.text(store::name_of(exchange.state))},
             {"partner", into.text(exchange.partner)},
             {"endpoint", into.text(exchange.endpoint)},
             {"route", into.text(exchange.route)},
             {"lot", into.text(exchange.lot)},
             {"lotFile", into.text(exchange.lot_file)},
             {"flow", into.text(root ? std::string{} : id_text(exchange.flow))},
             {"cause", into.text(id_text(exchange.cause))},
             {"created", into.text(when(exchange.created))},
             {"updated", into.text(when(exchange.updated))},
             {"due", into.text(exchange.state == store::State::deferred ? when(exchange.due)
                                                                        : std::string{})},
             {"attempts", out ? into.integer(exchange.attempts) : tree::Node::null()},
             {"accepted", out ? tree::Node::null()
                              : into.integer(static_cast<std::int64_t>(exchange.accepted))},
             {"refused",
              out ? tree::Node::null() : into.integer(static_cast<std::int64_t>(exchange.refused))},
             {"fault", fault ? to_node(into, *fault, language) : tree::Node::null()}});
}

tree::Node to_node(tree::Document& into, const store::QuarantineRow& entry,
                   const std::string& local_id, base::Language language) {
  const Fault fault = exchange::fault_of(entry.rule, entry.place);
  return without_blanks(into,
                        {{"number", into.integer(static_cast<std::int64_t>(entry.number))},
                         {"partner", into.text(entry.partner)},
                         {"endpoint", into.text(entry.endpoint)},
                         {"exchange", into.text(id_text(entry.exchange))},
                         {"localId", into.text(base::printable(local_id, 60))},
                         {"fault", to_node(into, fault, language)},
                         {"firstSeen", into.text(when(entry.first_seen))},
                         {"lastSeen", into.text(when(entry.last_seen))},
                         {"seen", into.integer(entry.seen)},
                         {"closed", into.text(entry.closed ? when(*entry.closed) : std::string{})},
                         {"closedBy", into.text(entry.closed_by)}});
}

tree::Node ids_of(tree::Document& into, const std::vector<base::Uuid>& ids) {
  std::vector<tree::Node> nodes;
  nodes.reserve(ids.size());
  for (const base::Uuid& id : ids) nodes.push_back(into.text(id.text()));
  return into.array(nodes);
}

}  // namespace charmille::api
