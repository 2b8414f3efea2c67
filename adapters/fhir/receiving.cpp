#include "adapters/fhir/receiving.h"

#include <algorithm>
#include <set>

#include "adapters/web/message.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/codec/sniff.h"
#include "gateway/fhir/bundle.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

namespace asio = boost::asio;
using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

constexpr int most_looks = 5;  ///< what was found changes under us: then others are faster

tl::unexpected<Declined> decline(const Brought& brought, int status, std::string_view type,
                                 Fault fault) {
  return tl::unexpected(declined(Refusal(status, type, std::move(fault)), brought.language));
}

/// References that name what they mean by a criterion: "Patient?identifier=system|value".
void add_conditional(const Node& node, std::string_view name, std::set<std::string>& into) {
  if (node.is(tree::Kind::text)) {
    if (name == "reference" && node.chars().find('?') != node.chars().npos)
      into.emplace(node.chars());
    return;
  }
  for (std::size_t i = 0; i < node.items().size(); ++i)
    add_conditional(node.items()[i], node.is(tree::Kind::object) ? node.key(i) : name, into);
}

/// What is looked up before it is brought in, and what was found.
struct Looked {
  std::vector<Found> found;
  std::vector<bool> created;  ///< of each entry: it is not here yet
  Pairs beside;               ///< kept with the payload: where what is here already is
};

Location location_of(std::string_view type, const Named& named) {
  return {std::string(type), resource_id(named.exchange, named.part), false};
}

asio::awaitable<Outcome<Looked>> look(const std::shared_ptr<Intake>& intake,
                                      const Brought& brought) {
  Looked looked;
  std::set<std::string> references;
  for (const Entry& entry : brought.entries) {
    looked.created.push_back(true);
    add_conditional(*entry.resource, {}, references);
    if (entry.condition.empty()) continue;
    auto named = co_await intake->find(entry.condition, brought.request->deadline);
    if (!named) co_return decline(brought, 503, "transient", std::move(named.error()));
    if (named->size() > 1)
      co_return decline(brought, 412, "multiple-matches",
                        fault("CH-FHIR-074", {{}, 0, 0, entry.part}));
    if (!named->empty()) {
      looked.created.back() = false;
      looked.beside.emplace_back(entry.part, location_of(entry.type, named->front()).text());
    }
    looked.found.push_back({entry.condition, std::move(*named)});
  }
  for (const std::string& reference : references) {
    const std::string_view type = charmille::fhir::type_in(reference);
    auto name = name_of_condition(type, reference, {});
    if (!name) co_return tl::unexpected(declined(name.error(), brought.language));
    auto named = co_await intake->find(*name, brought.request->deadline);
    if (!named) co_return decline(brought, 503, "transient", std::move(named.error()));
    if (named->size() != 1)
      co_return decline(brought, 412, named->empty() ? "not-found" : "multiple-matches",
                        fault("CH-FHIR-074"));
    looked.beside.emplace_back(reference, location_of(type, named->front()).text());
    looked.found.push_back({std::move(*name), std::move(*named)});
  }
  co_return looked;
}

Arrival arrival_of(const Brought& brought, Looked& looked) {
  Arrival arrival;
  arrival.payload = brought.payload;
  arrival.metadata.content_type = media_type(Form::json);
  arrival.metadata.partner = brought.request->partner;
  arrival.metadata.authentication = brought.request->authentication;
  arrival.metadata.peer_address = brought.request->peer_address;
  arrival.metadata.idempotency_key = brought.key;
  arrival.metadata.correlation = looked.beside;
  const auto id = web::header_of(brought.request->headers, "X-Request-Id");
  if (!id.empty()) arrival.metadata.correlation.emplace_back("X-Request-Id", id.substr(0, 255));
  arrival.found = looked.found;
  for (std::size_t i = 0; i < brought.entries.size(); ++i)
    if (looked.created[i])
      for (std::string& name : names_of(brought.entries[i]))
        arrival.names.push_back({std::move(name), brought.entries[i].part});
  return arrival;
}

/// A variable of the mapping is no element of the resource.
std::string element_of(std::string_view path) {
  return std::string(path.starts_with('%') ? std::string_view{} : path);
}

/// Each refusal of the report is an issue.
Declined refused_by(const Settlement& settlement, base::Language language) {
  Declined out;
  const auto report = codec::read_json(settlement.report_json, "report");
  if (report)
    for (const Node& refusal : items_at(report->root(), "refusals"))
      out.issues.push_back(
          {charmille::fhir::Severity::error, "processing", std::string(text_at(refusal, "code")),
           std::string(text_at(refusal, "text")), std::string(text_at(refusal, "remedy")),
           element_of(text_at(refusal, "path"))});
  if (out.issues.empty())
    out.issues = in_words(Refusal(422, "processing", fault("CH-FHIR-079")).issues, language);
  return out;
}

/// The id of a request is no promise that its content is the same: with another one it is another.
Result<std::string> key_with_content(const Brought& brought) {
  const auto facts = codec::read_facts(brought.payload, brought.payload.size());
  if (!facts) return fail(facts.error());
  return brought.key + '/' + facts->sha256.substr(0, 32);
}

struct Given {
  Accepted accepted;
  Pairs beside;
};

/// Found and given, again while what was found changes meanwhile.
asio::awaitable<Outcome<Given>> give(std::shared_ptr<Intake> intake, Brought& brought) {
  for (int looks = 0; looks < most_looks; ++looks) {
    auto looked = co_await look(intake, brought);
    if (!looked) co_return tl::unexpected(std::move(looked.error()));
    Arrival arrival = arrival_of(brought, *looked);
    auto accepted = co_await intake->accept(std::move(arrival), brought.request->deadline);
    if (accepted) {
      Given given{*accepted, std::move(looked->beside)};
      co_return given;
    }
    Fault& refused = accepted.error();
    if (refused.code == found_otherwise) continue;
    if (refused.code == conflicting_key) {
      auto key = key_with_content(brought);
      if (!key) co_return decline(brought, 503, "transient", std::move(key.error()));
      brought.key = std::move(*key);
      continue;
    }
    const bool later = refused.action != base::Action::reject;
    co_return decline(brought, later ? 503 : 422, later ? "transient" : "processing",
                      std::move(refused));
  }
  co_return decline(brought, 503, "conflict", fault(found_otherwise));
}

}  // namespace

asio::awaitable<Outcome<Taken>> receive(std::shared_ptr<Intake> intake, Brought brought) {
  auto given = co_await give(intake, brought);
  if (!given) co_return tl::unexpected(std::move(given.error()));
  const base::Uuid exchange = given->accepted.exchange;
  auto settled = co_await intake->settled(exchange, brought.patience);
  // It is durable whatever comes after: a fault while waiting only means that nothing is known yet.
  if (settled && *settled && (*settled)->is_refusal())
    co_return tl::unexpected(refused_by(**settled, brought.language));
  Pairs beside = std::move(given->beside);
  // The same request came before: what was found then was kept with it.
  if (given->accepted.already) {
    auto kept = co_await intake->open(exchange, brought.request->deadline);
    if (!kept) co_return decline(brought, 503, "transient", std::move(kept.error()));
    if (*kept) beside = std::move((*kept)->correlation);
  }
  Taken taken;
  taken.exchange = exchange;
  taken.locations = locate(brought.entries, exchange, beside);
  taken.moves = moves_of(brought.entries, exchange, beside);
  co_return taken;
}

base::Time moment_of(const base::Uuid& exchange) {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | exchange.bytes[i];
  return base::Time(std::chrono::milliseconds(milliseconds));
}

std::vector<Location> locate(std::span<const Entry> entries, const base::Uuid& exchange,
                             const Pairs& beside) {
  std::vector<Location> locations;
  locations.reserve(entries.size());
  for (const Entry& entry : entries) {
    Location location{std::string(entry.type), resource_id(exchange, entry.part), true};
    for (const auto& [part, text] : beside)
      if (part == entry.part)
        location = {std::string(entry.type), text.substr(text.find('/') + 1), false};
    locations.push_back(std::move(location));
  }
  return locations;
}

Moves moves_of(std::span<const Entry> entries, const base::Uuid& exchange, const Pairs& beside) {
  Moves moves;
  const std::vector<Location> locations = locate(entries, exchange, beside);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string to = locations[i].text();
    if (!entries[i].full_url.empty()) moves.emplace(entries[i].full_url, to);
    if (const std::string_view id = text_at(*entries[i].resource, "id"); !id.empty())
      moves.emplace(std::string(entries[i].type) + "/" + std::string(id), to);
  }
  for (const auto& [reference, text] : beside)
    if (reference.find('?') != reference.npos) moves.emplace(reference, text);
  return moves;
}

}  // namespace charmille::adapters::fhir
