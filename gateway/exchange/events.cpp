#include "gateway/exchange/events.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "gateway/base/bytes.h"
#include "gateway/base/log.h"

namespace charmille::exchange::events {

using merkle::DetailKey;
using merkle::Event;

namespace {

/// One boot of the process: with the monotonic clock it shows jumps of the wall clock.
const base::Uuid& boot() {
  static const base::Uuid id = base::uuid_v4(base::system_random());
  return id;
}

Leaf leaf_of(Event event, const Context& context) {
  Leaf leaf;
  leaf.ev = event;
  leaf.ts = context.clock.now();
  leaf.id = base::uuid_v7(leaf.ts, context.random);
  leaf.mono_us = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                                context.clock.steady().time_since_epoch())
                                                .count());
  leaf.boot = boot();
  leaf.cfg = context.site->digest;
  return leaf;
}

crypto::Digest digest_of(const std::string& bytes) {
  crypto::Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

Leaf about(Event event, merkle::Act act, const store::Exchange& exchange, const Context& context) {
  Leaf leaf = leaf_of(event, context);
  leaf.act = act;
  leaf.xch = exchange.id;
  leaf.flow = exchange.flow;
  if (!exchange.cause.is_nil()) leaf.cause = exchange.cause;
  leaf.dir =
      exchange.direction == store::Direction::in ? merkle::Direction::in : merkle::Direction::out;
  leaf.peer.emplace().name = exchange.partner;
  leaf.detail.emplace_back(DetailKey::endpoint, exchange.endpoint);
  if (!exchange.lot.empty()) leaf.detail.emplace_back(DetailKey::lot, exchange.lot);
  if (!exchange.route.empty()) leaf.detail.emplace_back(DetailKey::route, exchange.route);
  if (const auto endpoint = context.site->config->endpoints.find(exchange.endpoint);
      endpoint != context.site->config->endpoints.end())
    leaf.chan = endpoint->second.adapter->name;
  leaf.ret = "exchange";
  return leaf;
}

/// Of a partner's request that came to no exchange.
Leaf at_endpoint(Event event, merkle::Act act, const std::string& endpoint,
                 const Context& context) {
  Leaf leaf = leaf_of(event, context);
  leaf.act = act;
  leaf.detail.emplace_back(DetailKey::endpoint, endpoint);
  const auto& endpoints = context.site->config->endpoints;
  if (const auto at = endpoints.find(endpoint); at != endpoints.end()) {
    leaf.peer.emplace().name = at->second.partner;
    leaf.chan = at->second.adapter->name;
  }
  leaf.ret = "exchange";
  return leaf;
}

merkle::FailureClass class_of(const Fault& fault) {
  if (fault.action == base::Action::retry) return merkle::FailureClass::transient;
  return fault.code.starts_with("CH-TLS") ? merkle::FailureClass::security
                                          : merkle::FailureClass::permanent;
}

void set_fault(Leaf& leaf, const Fault& fault, merkle::Outcome outcome) {
  leaf.out = outcome;
  leaf.err = merkle::LeafError{std::string(fault.code), class_of(fault)};
}

merkle::Object payload_object(const store::PayloadRow& payload, const std::string& mime) {
  merkle::Object object;
  object.type = "payload";
  object.mime = mime;
  object.size = payload.size;
  return object;
}

std::vector<std::string> values_of(const adapters::Pairs& pairs) {
  std::vector<std::string> values;
  for (const auto& [name, value] : pairs) values.push_back(value);
  return values;
}

base::Level level_of(const Leaf& leaf) {
  if (leaf.out == merkle::Outcome::major) return base::Level::error;
  if (leaf.out != merkle::Outcome::success) return base::Level::warning;
  // The usual way of an exchange is in the audit log; the log tells what is not usual.
  switch (leaf.ev) {
    case Event::exchange_received:
    case Event::exchange_validated:
    case Event::exchange_subjects:
    case Event::exchange_queued:
    case Event::exchange_translated:
    case Event::exchange_send_attempt:
    case Event::exchange_delivered:
      return base::Level::debug;
    default:
      return base::Level::info;
  }
}

struct Counted {
  std::mutex mutex;
  std::map<std::pair<std::string, int>, std::uint64_t> counts;
};

Counted& counted() {
  static Counted all;
  return all;
}

}  // namespace

Leaf received(const store::Exchange& exchange, const adapters::Metadata& metadata,
              const store::PayloadRow& payload, const Context& context) {
  Leaf leaf = about(Event::exchange_received, merkle::Act::create, exchange, context);
  merkle::Object object = payload_object(payload, metadata.content_type);
  object.sha256_in = digest_of(payload.sha256);
  leaf.obj.push_back(std::move(object));
  leaf.peer->ip = metadata.peer_address;
  merkle::Agent& agent = leaf.agent.emplace();
  agent.kind = "partner";
  agent.id = exchange.partner;
  agent.authn = metadata.authentication;
  leaf.corr = values_of(metadata.correlation);
  return leaf;
}

Leaf joined_lot(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_validated, merkle::Act::update, exchange, context);
}

Leaf translated(const store::Exchange& exchange, const std::string& mapping, std::uint64_t warnings,
                const Context& context) {
  Leaf leaf = about(Event::exchange_translated, merkle::Act::update, exchange, context);
  merkle::MapUsed& map = leaf.map.emplace();
  map.name = mapping;
  if (warnings > 0) map.warnings = warnings;
  leaf.detail.emplace_back(DetailKey::count, static_cast<std::int64_t>(exchange.accepted));
  if (exchange.refused > 0) {
    leaf.detail.emplace_back(DetailKey::rejected, static_cast<std::int64_t>(exchange.refused));
    leaf.out = merkle::Outcome::minor;
  }
  return leaf;
}

Leaf rejected(const store::Exchange& exchange, const Fault& fault, const Context& context) {
  Leaf leaf = about(Event::exchange_rejected, merkle::Act::update, exchange, context);
  set_fault(leaf, fault, merkle::Outcome::serious);
  return leaf;
}

Leaf duplicate(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_duplicate, merkle::Act::update, exchange, context);
}

Leaf consulted(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_consulted, merkle::Act::read, exchange, context);
}

Leaf searched(const Context& context, const std::string& endpoint) {
  return at_endpoint(Event::exchange_searched, merkle::Act::execute, endpoint, context);
}

Leaf refused(const Context& context, const std::string& endpoint, const std::string& code) {
  Leaf leaf = at_endpoint(Event::exchange_refused, merkle::Act::create, endpoint, context);
  leaf.dir = merkle::Direction::in;
  leaf.out = merkle::Outcome::minor;
  leaf.err = merkle::LeafError{code, merkle::FailureClass::permanent};
  return leaf;
}

Leaf receipt(const Context& context, const std::string& endpoint,
             const adapters::Receipt& receipt) {
  Leaf leaf = leaf_of(Event::exchange_receipt, context);
  leaf.detail.emplace_back(DetailKey::endpoint, endpoint);
  leaf.corr = values_of(receipt.correlation);
  if (receipt.fault) set_fault(leaf, *receipt.fault, merkle::Outcome::serious);
  leaf.ret = "exchange";
  return leaf;
}

Leaf queued(const store::Exchange& exchange, const store::PayloadRow& payload,
            const std::string& mapping, const Context& context) {
  Leaf leaf = about(Event::exchange_queued, merkle::Act::create, exchange, context);
  merkle::Object object = payload_object(payload, {});
  object.sha256_out = digest_of(payload.sha256);
  leaf.obj.push_back(std::move(object));
  leaf.map.emplace().name = mapping;
  leaf.detail.emplace_back(DetailKey::to, std::string(store::name_of(exchange.state)));
  return leaf;
}

Leaf send_attempt(const store::Exchange& exchange, const Context& context) {
  Leaf leaf = about(Event::exchange_send_attempt, merkle::Act::execute, exchange, context);
  leaf.attempt = exchange.attempts;
  return leaf;
}

Leaf delivered(const store::Exchange& exchange, const adapters::Delivered& answer,
               const Context& context) {
  Leaf leaf = about(Event::exchange_delivered, merkle::Act::update, exchange, context);
  leaf.attempt = exchange.attempts;
  leaf.corr = values_of(answer.correlation);
  if (answer.duplicate) leaf.detail.emplace_back(DetailKey::reason, std::string("duplicate"));
  return leaf;
}

Leaf failed(const store::Exchange& exchange, const Fault& fault, const Context& context) {
  Leaf leaf = about(Event::exchange_failed, merkle::Act::update, exchange, context);
  leaf.attempt = exchange.attempts;
  set_fault(leaf, fault, merkle::Outcome::minor);
  leaf.detail.emplace_back(
      DetailKey::wait_ms,
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange.due - exchange.updated)
          .count());
  return leaf;
}

Leaf parked(const store::Exchange& exchange, const Context& context) {
  Leaf leaf = about(Event::exchange_parked, merkle::Act::update, exchange, context);
  leaf.out = merkle::Outcome::serious;
  leaf.err = merkle::LeafError{exchange.fault_code, merkle::FailureClass::permanent};
  if (exchange.attempts > 0) leaf.attempt = exchange.attempts;
  return leaf;
}

Leaf superseded(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_superseded, merkle::Act::update, exchange, context);
}

Leaf cancelled(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_cancelled, merkle::Act::update, exchange, context);
}

Leaf resumed(const store::Exchange& exchange, const Context& context) {
  return about(Event::exchange_resumed, merkle::Act::update, exchange, context);
}

std::vector<Leaf> subjects(const store::Exchange& exchange, const Subjects& subjects,
                           const Context& context) {
  std::vector<Leaf> leaves;
  for (std::size_t first = 0; first < subjects.children.size();
       first += merkle::leaf_subject_limit) {
    const std::size_t last = std::min(subjects.children.size(), first + merkle::leaf_subject_limit);
    Leaf leaf = about(Event::exchange_subjects, merkle::Act::read, exchange, context);
    leaf.detail.clear();
    merkle::SubjectList& list = leaf.subjects.emplace();
    list.epoch = context.vault.tag_epoch();
    for (std::size_t i = first; i < last; ++i)
      list.tags.push_back(subject_of(subjects.children[i], context).tag);
    list.sent = subjects.sent;
    list.withheld = subjects.withheld;
    list.policy = subjects.policy;
    leaf.basis = subjects.basis;
    leaf.purpose = subjects.purpose;
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

namespace {

merkle::Agent agent_of(const std::string& login) {
  merkle::Agent agent;
  agent.kind = "person";
  agent.id = login;
  agent.authn = "local";
  return agent;
}

}  // namespace

Leaf person(Event event, const Person& person, const base::Uuid& exchange, const Context& context) {
  Leaf leaf = leaf_of(event, context);
  leaf.act = event == Event::admin_content || event == Event::audit_query ? merkle::Act::read
                                                                          : merkle::Act::execute;
  leaf.agent = agent_of(person.login);
  if (!exchange.is_nil()) leaf.xch = exchange;
  if (!person.reason.empty()) leaf.detail.emplace_back(DetailKey::reason, person.reason);
  leaf.ret = "security";
  return leaf;
}

Leaf query(const config::Endpoint& endpoint, std::string_view operation, const Person& who,
           const base::Uuid& exchange, const Result<adapters::Response>& answer,
           const Context& context) {
  Leaf leaf = leaf_of(Event::exchange_query, context);
  leaf.act = merkle::Act::read;
  leaf.xch = leaf.flow = exchange;
  leaf.dir = merkle::Direction::out;
  leaf.peer.emplace().name = endpoint.partner;
  leaf.chan = endpoint.adapter->name;
  leaf.agent = agent_of(who.login);
  leaf.detail.emplace_back(DetailKey::endpoint, endpoint.name);
  if (answer)
    for (const auto& [name, value] : answer->headers)
      if (name == adapters::answered_from) leaf.detail.emplace_back(DetailKey::from, value);
  leaf.detail.emplace_back(DetailKey::query, std::string(operation));
  if (!who.reason.empty()) leaf.detail.emplace_back(DetailKey::reason, who.reason);
  if (!answer) set_fault(leaf, answer.error(), merkle::Outcome::minor);
  leaf.ret = "exchange";
  return leaf;
}

Leaf link(const base::Uuid& child, const base::Uuid& other, const std::string& rule,
          std::string_view from, std::string_view to, const base::Uuid& cause,
          const std::string& login, const Context& context) {
  const bool made = to == "linked" || to == "accepted";
  const bool unmade = from == "linked" || from == "accepted";
  Leaf leaf = leaf_of(unmade && !made ? Event::admin_unlink : Event::admin_link, context);
  leaf.act = merkle::Act::update;
  leaf.subj = subject_of(child, context);
  leaf.obj.push_back({"record", subject_of(other, context).tag, {}, {}, {}, {}, {}});
  if (!cause.is_nil()) leaf.xch = cause;
  if (!login.empty()) leaf.agent = agent_of(login);
  leaf.detail = {{DetailKey::from, std::string(from)},
                 {DetailKey::reason, rule},
                 {DetailKey::to, std::string(to)}};
  leaf.ret = "security";
  return leaf;
}

Leaf transmission(const base::Uuid& child, const std::string& partner, std::string_view scope,
                  const std::string& reference, const Person& who, const Context& context) {
  Leaf leaf = person(Event::admin_transmit, who, {}, context);
  leaf.subj = subject_of(child, context);
  leaf.detail = {{DetailKey::case_ref, reference},
                 {DetailKey::from, std::string(scope)},
                 {DetailKey::reason, who.reason},
                 {DetailKey::to, partner}};
  return leaf;
}

merkle::Subject subject_of(const base::Uuid& child, const Context& context) {
  merkle::Subject subject;
  subject.epoch = context.vault.tag_epoch();
  const std::string tag = context.vault.tag_of(child);
  std::copy_n(tag.begin(), std::min(tag.size(), subject.tag.size()), subject.tag.begin());
  return subject;
}

Leaf process(Event event, const Context& context) {
  Leaf leaf = leaf_of(event, context);
  leaf.ret = "security";
  return leaf;
}

Leaf denied(const std::string& endpoint, const std::string& peer_address, std::string_view code,
            const Context& context) {
  Leaf leaf = leaf_of(Event::auth_fail, context);
  leaf.out = merkle::Outcome::minor;
  leaf.err = merkle::LeafError{std::string(code), merkle::FailureClass::security};
  leaf.peer.emplace().ip = peer_address;
  if (!endpoint.empty()) leaf.detail.emplace_back(DetailKey::endpoint, endpoint);
  leaf.ret = "security";
  return leaf;
}

void announce(const std::vector<Leaf>& leaves) {
  {
    Counted& all = counted();
    const std::lock_guard lock(all.mutex);
    for (const Leaf& leaf : leaves)
      ++all.counts[{std::string(merkle::name_of(leaf.ev)), static_cast<int>(leaf.out)}];
  }
  for (const Leaf& leaf : leaves) {
    const base::Level level = level_of(leaf);
    if (!base::logs(level)) continue;
    base::log(level, merkle::name_of(leaf.ev),
              {{"exchange", leaf.xch ? leaf.xch->text() : "-"},
               {"flow", leaf.flow ? leaf.flow->text() : "-"},
               {"partner", leaf.peer ? leaf.peer->name : "-"},
               {"channel", leaf.chan},
               {"code", leaf.err ? leaf.err->code : "-"}});
  }
}

std::map<std::pair<std::string, int>, std::uint64_t> counters() {
  Counted& all = counted();
  const std::lock_guard lock(all.mutex);
  return all.counts;
}

}  // namespace charmille::exchange::events
