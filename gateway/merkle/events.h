// The closed list of what the audit log can tell, and what may stand in the `detail` of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace charmille::merkle {

enum class Event : std::uint8_t {
  exchange_received,
  exchange_validated,
  exchange_rejected,
  exchange_queued,
  exchange_translated,
  exchange_send_attempt,
  exchange_delivered,
  exchange_receipt,  ///< a later answer: MDN, DSN, response of a registry
  exchange_failed,
  exchange_parked,
  exchange_resumed,
  exchange_duplicate,
  exchange_superseded,  ///< a newer snapshot took the place of one still unsent
  exchange_cancelled,
  exchange_subjects,  ///< about which children: Leaf::subjects
  auth_ok,
  auth_fail,
  authz_deny,
  tls_fail,
  cert_expiring,
  config_loaded,
  config_refused,
  key_rotated,
  key_used,
  node_start,
  node_stop,
  node_takeover,
  clock_step,
  disk_low,
  disk_full,
  audit_query,
  audit_export,
  audit_reidentify,
  audit_verify,
  audit_checkpoint,
  audit_sink_lag,
  subject_shred,
  retention_purge,
  retention_hold,
  admin_content,  ///< a person was shown content
  admin_send,
  admin_extract,
  admin_replay,
  admin_release,
  admin_cancel,
  admin_link,
  admin_unlink,
  admin_quarantine_close,
  admin_transmit,      ///< the former file of a child was handed over to a department
  admin_clear,         ///< a document may go although a place is secret
  admin_withhold,      ///< it may no longer
  exchange_query,      ///< a partner was asked something that wants an answer now
  exchange_consulted,  ///< a partner was shown what is kept for it
  exchange_searched,   ///< a partner looked for something and was shown nothing
  exchange_refused,    ///< what a partner brought was refused before any of it was kept
};
inline constexpr std::size_t event_count = 55;

/// Names of detail fields, in the order of their names (RFC 8785).
enum class DetailKey : std::uint8_t {
  case_ref,  ///< file number that a person gave with a request
  count,     ///< of what the event is about
  endpoint,
  epoch,
  first,  ///< first sequence number of a range
  format,
  free_bytes,
  from,  ///< beginning of a period, or the state before
  key_id,
  last,  ///< last sequence number of a range
  lot,
  not_after,
  offset_us,
  query,     ///< name of a query, never its values
  reason,    ///< a code, or what a person gave as reason
  rejected,  ///< how many of `count`
  right,
  root,
  route,
  rules,  ///< codes of rules broken
  sink,
  size,
  status,  ///< the protocol's answer, such as an HTTP status
  to,      ///< end of a period, or the state after
  version,
  wait_ms,  ///< until the next attempt
};
inline constexpr std::size_t detail_count = 26;

/// "exchange.received".
std::string_view name_of(Event event);
std::optional<Event> event_of(std::string_view name);
std::string_view name_of(DetailKey key);
std::optional<DetailKey> detail_of(std::string_view name);
bool allows(Event event, DetailKey key);

}  // namespace charmille::merkle
