#include "gateway/merkle/events.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace charmille::merkle {
namespace {

using enum DetailKey;

constexpr std::uint64_t set(std::initializer_list<DetailKey> keys) {
  std::uint64_t bits = 0;
  for (const DetailKey key : keys) bits |= std::uint64_t{1} << static_cast<unsigned>(key);
  return bits;
}

constexpr std::uint64_t transfer =
    set({count, endpoint, from, lot, reason, rejected, route, rules, status, to, wait_ms});
constexpr std::uint64_t access = set({endpoint, reason, right, status});
constexpr std::uint64_t person =
    set({case_ref, count, endpoint, from, lot, reason, right, route, to});
constexpr std::uint64_t reading =
    set({case_ref, count, first, format, from, last, query, reason, right, to});

struct Spec {
  Event event;
  std::string_view name;
  std::uint64_t details;
};

constexpr std::array<Spec, event_count> specs = {{
    {Event::exchange_received, "exchange.received", transfer},
    {Event::exchange_validated, "exchange.validated", transfer},
    {Event::exchange_rejected, "exchange.rejected", transfer},
    {Event::exchange_queued, "exchange.queued", transfer},
    {Event::exchange_translated, "exchange.translated", transfer},
    {Event::exchange_send_attempt, "exchange.send_attempt", transfer},
    {Event::exchange_delivered, "exchange.delivered", transfer},
    {Event::exchange_receipt, "exchange.receipt", transfer},
    {Event::exchange_failed, "exchange.failed", transfer},
    {Event::exchange_parked, "exchange.parked", transfer},
    {Event::exchange_resumed, "exchange.resumed", transfer},
    {Event::exchange_duplicate, "exchange.duplicate", transfer},
    {Event::exchange_superseded, "exchange.superseded", transfer},
    {Event::exchange_cancelled, "exchange.cancelled", transfer},
    {Event::exchange_subjects, "exchange.subjects", 0},
    {Event::auth_ok, "auth.ok", access},
    {Event::auth_fail, "auth.fail", access},
    {Event::authz_deny, "authz.deny", access},
    {Event::tls_fail, "tls.fail", access},
    {Event::cert_expiring, "cert.expiring", set({endpoint, key_id, not_after})},
    {Event::config_loaded, "config.loaded", set({count, from, to, version})},
    {Event::config_refused, "config.refused", set({count, from, to, version})},
    {Event::key_rotated, "key.rotated", set({epoch, from, key_id, to})},
    {Event::key_used, "key.used", set({epoch, key_id, reason})},
    {Event::node_start, "node.start", set({reason, version})},
    {Event::node_stop, "node.stop", set({reason, version})},
    {Event::node_takeover, "node.takeover", set({from, reason, version})},
    {Event::clock_step, "clock.step", set({offset_us})},
    {Event::disk_low, "disk.low", set({free_bytes})},
    {Event::disk_full, "disk.full", set({free_bytes})},
    {Event::audit_query, "audit.query", reading},
    {Event::audit_export, "audit.export", reading},
    {Event::audit_reidentify, "audit.reidentify", reading},
    {Event::audit_verify, "audit.verify", set({count, first, last, reason, root, size})},
    {Event::audit_checkpoint, "audit.checkpoint", set({key_id, root, size})},
    {Event::audit_sink_lag, "audit.sink_lag", set({first, last, sink, wait_ms})},
    {Event::subject_shred, "subject.shred", set({case_ref, count, reason, rules})},
    {Event::retention_purge, "retention.purge", set({count, first, last, root, rules})},
    {Event::retention_hold, "retention.hold", set({case_ref, count, from, reason, to})},
    {Event::admin_content, "admin.content", person},
    {Event::admin_send, "admin.send", person},
    {Event::admin_extract, "admin.extract", person},
    {Event::admin_replay, "admin.replay", person},
    {Event::admin_release, "admin.release", person},
    {Event::admin_cancel, "admin.cancel", person},
    {Event::admin_link, "admin.link", person},
    {Event::admin_unlink, "admin.unlink", person},
    {Event::admin_quarantine_close, "admin.quarantine_close", person},
    {Event::admin_transmit, "admin.transmit", person},
    {Event::admin_clear, "admin.clear", person},
    {Event::admin_withhold, "admin.withhold", person},
    {Event::exchange_query, "exchange.query", set({endpoint, from, query, reason})},
    {Event::exchange_consulted, "exchange.consulted", transfer},
    {Event::exchange_searched, "exchange.searched", set({endpoint})},
    {Event::exchange_refused, "exchange.refused", set({endpoint})},
}};

constexpr std::array<std::string_view, detail_count> detail_names = {
    "case_ref", "count",    "endpoint", "epoch",   "first",     "format",    "free_bytes",
    "from",     "key_id",   "last",     "lot",     "not_after", "offset_us", "query",
    "reason",   "rejected", "right",    "root",    "route",     "rules",     "sink",
    "size",     "status",   "to",       "version", "wait_ms"};

constexpr bool in_order() {
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (static_cast<std::size_t>(specs[i].event) != i) return false;
  return std::ranges::is_sorted(detail_names);
}
static_assert(in_order());
static_assert(static_cast<std::size_t>(Event::exchange_refused) + 1 == event_count);
static_assert(static_cast<std::size_t>(DetailKey::wait_ms) + 1 == detail_count);

}  // namespace

std::string_view name_of(Event event) {
  return specs[static_cast<std::size_t>(event)].name;
}

std::optional<Event> event_of(std::string_view name) {
  const auto at = std::ranges::find(specs, name, &Spec::name);
  if (at == specs.end()) return {};
  return at->event;
}

std::string_view name_of(DetailKey key) {
  return detail_names[static_cast<std::size_t>(key)];
}

std::optional<DetailKey> detail_of(std::string_view name) {
  const auto at = std::ranges::lower_bound(detail_names, name);
  if (at == detail_names.end() || *at != name) return {};
  return static_cast<DetailKey>(at - detail_names.begin());
}

bool allows(Event event, DetailKey key) {
  return (specs[static_cast<std::size_t>(event)].details >> static_cast<unsigned>(key) & 1) != 0;
}

}  // namespace charmille::merkle
