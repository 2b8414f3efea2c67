// What the store keeps. Bodies are sealed before they come here and opened after they leave; the
// store sees no child.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/merkle/leaf.h"

namespace charmille::store {

using base::Time;
using base::Uuid;
using Bytes = std::string;  ///< raw bytes: sealed bodies, wrapped keys, keyed digests
using Pairs = std::vector<std::pair<std::string, std::string>>;

enum class Direction : std::uint8_t { in = 0, out = 1 };

/// Of an exchange. The numbers are what the store writes: never renumber.
enum class State : std::uint8_t {
  // inbound
  received = 1,    ///< durable, acknowledged, to be processed
  waiting = 2,     ///< one file of a lot that is not complete
  processing = 3,  ///< being applied; resumed after a crash
  done = 4,        ///< applied, perhaps with remarks
  rejected = 5,    ///< refused whole, with a report
  parked = 6,      ///< waits for a person (also outbound)
  // outbound
  queued = 10,
  sending = 11,   ///< an attempt was recorded; after a crash its outcome is unknown
  deferred = 12,  ///< will be tried again at `due`
  delivered = 13,
  held = 14,        ///< mode hold, max-change; inbound, max-missing: a person releases
  shadowed = 15,    ///< mode shadow: written, never sent
  superseded = 16,  ///< a newer snapshot took its place before it was sent
  cancelled = 17,
};

std::string_view name_of(State state);
std::optional<State> state_of(std::string_view name);
bool is_final(State state);

/// One payload received from, or delivered to, one partner.
struct Exchange {
  Uuid id;
  Uuid flow;   ///< the root exchange of the flow (itself for a root)
  Uuid cause;  ///< the exchange that made this one; nil for a root
  std::string organisation;
  Direction direction = Direction::in;
  State state = State::received;
  std::string partner;
  std::string endpoint;
  std::string route;     ///< outbound: the route that made it
  std::string lane;      ///< outbound: where order holds; made of names and keyed tags only
  std::string lot;       ///< the lot's key ("20260630"), or empty
  std::string lot_file;  ///< which declared file of the lot this is, or empty
  Time created{};
  Time updated{};
  Time due{};    ///< outbound: not before
  Time since{};  ///< outbound: retries are given up so long after this (creation, release, replay)
  std::uint32_t attempts =
      0;  ///< sends recorded; inbound: times that processing began (poison counter)
  std::string fault_code;  ///< the last fault, for lists; empty when none
  Bytes fault_detail;  ///< JSON of the fault's place and args, or of the report; holds no personal
                       ///< data
  std::uint64_t accepted = 0;  ///< inbound: records applied
  std::uint64_t refused = 0;   ///< inbound: records quarantined
  std::optional<Uuid> payload;
  Bytes
      metadata;  ///< sealed under the payload's key: name, content type, prepared ids, correlation
  bool settle_pending =
      false;  ///< inbound: the source has yet to be told (file to move, report to write)
  std::uint64_t version = 0;  ///< goes up by one with each change; given by the store
  std::uint64_t number = 0;   ///< order of creation in this store; given by the store
};

/// Where a payload's sealed bytes are. `key` is the payload's own key, wrapped.
struct PayloadRow {
  Uuid id;
  std::uint64_t size = 0;  ///< clear bytes
  Bytes sha256;            ///< of the clear bytes
  Bytes key;
  Bytes body;  ///< sealed; empty when the bytes are in the file payloads/<id>
  bool in_file = false;
  Time created{};
};

struct ChildRow {
  Uuid id;
  std::string organisation;
  Bytes key;                  ///< the child's key, wrapped; empty once erased
  Bytes tag;                  ///< keyed tag of the id, of the year of its first statement
  std::uint64_t version = 0;  ///< goes up with every change of a statement or of a link
  Bytes authority;            ///< keyed digest of who calls the child so; empty: not known yet
  std::uint64_t number = 0;   ///< order in which the store came to know them; given by the store
};

/// What a child can be recognised by. The numbers are what the store writes: never renumber.
enum class ClaimKind : std::uint8_t {
  own = 1,         ///< a pair (system, value) of its own authority: `PutIdentifier` tells it too
  identifier = 2,  ///< a pair that it cites of another authority
  ins = 3,         ///< a qualified INS
  traits = 4,      ///< all strict traits
  likeness = 5,    ///< some traits only: finds candidates to show to a person
  family = 6,      ///< a sibling that it names, a family file: leads to others, links nobody
};

/// A keyed digest that several children may share.
struct Claim {
  ClaimKind kind = ClaimKind::identifier;
  Bytes key;

  bool operator==(const Claim&) const = default;
  auto operator<=>(const Claim&) const = default;  // NOLINT(modernize-use-nullptr): of <=>
};

/// So many who claim one key are enough to know that it names nobody: more are not read.
inline constexpr std::uint32_t most_claimants = 9;

/// The numbers are what the store writes: never renumber.
enum class LinkState : std::uint8_t {
  linked = 1,     ///< by a rule; derived again whenever a claim changes
  proposed = 2,   ///< for a person to decide
  suspended = 3,  ///< was linked by a rule that no longer holds; shown until a person decides
  accepted = 4,   ///< by a person; stays until undone
  refused = 5,    ///< by a person; stays until undone
};

std::string_view name_of(LinkState state);
std::optional<LinkState> link_state_of(std::string_view name);

/// Two children who are, or may be, one. The one that the store knew first is `a`.
struct LinkRow {
  Uuid a;
  Uuid b;
  LinkState state = LinkState::proposed;
  std::string rule;          ///< "identifier", "ins", "traits", "likeness"
  std::uint32_t score = 0;   ///< 0 to 100: how alike the traits are
  Time since{};              ///< of its state
  std::string by;            ///< login of the person who decided; empty: a rule
  std::uint64_t number = 0;  ///< given by the store: what people call it by
};

/// The latest statement of one source about one section of one child; older ones go to history.
struct StatementRow {
  Uuid child;
  std::string source;  ///< endpoint's source name
  std::string section;
  Time extracted{};  ///< the source's extraction date
  std::string lot;
  Uuid exchange;           ///< provenance
  Bytes digest;            ///< keyed, of the body without provenance
  Bytes body;              ///< sealed under the child's key; empty when withdrawn
  bool withdrawn = false;  ///< a snapshot no longer had it
  Time recorded{};
};

/// Stands for a digest where nobody knows what the destination has: equal to none.
inline constexpr std::string_view unknown_digest = "?";

/// The content of a document of one child: kept once, however often sources bring it.
struct DocumentRow {
  Uuid child;
  Bytes sha256;                ///< of the clear bytes
  Uuid payload;                ///< sealed under the child's key as well
  std::vector<Bytes> cleared;  ///< kinds of recipients that a person cleared it for
  std::uint64_t size = 0;      ///< clear bytes; given by the store
};

/// An exchange, or a part of its payload, that a name leads to.
struct NamedRow {
  Uuid exchange;
  std::string part;
};

/// So many of one name are read; they are the newest.
inline constexpr std::uint32_t most_named = 100;

/// What a destination last got about a child.
struct ProjectionRow {
  std::string destination;  ///< as the exchange engine names it
  Uuid child;
  Bytes confirmed;  ///< digest last confirmed delivered; empty: never; `unknown_digest`
  Bytes queued;     ///< digest of the delivery under way; empty: none
  Uuid delivery;    ///< that delivery; nil: none
};

/// A person's work: one entry per (organisation, partner, record, rule).
struct QuarantineRow {
  std::string organisation;
  std::string partner;
  std::string endpoint;
  Bytes record;  ///< keyed digest that names the record (local id, or raw bytes where it has none)
  std::string rule;  ///< fault code
  Uuid exchange;     ///< where it was last seen
  Bytes place;       ///< JSON: file, line, column, path, args of the fault; no personal data
  Bytes local_id;  ///< sealed (organisation key): the sender's own id, for the report; may be empty
  Time first_seen{};
  Time last_seen{};
  std::uint32_t seen = 1;
  std::optional<Time> closed;
  std::string closed_by;     ///< "corrected", "absent" from a later snapshot, or a login
  std::uint64_t number = 0;  ///< given by the store
};

/// One lot of one source, as last taken.
struct LotRow {
  std::string organisation;
  std::string endpoint;
  std::string key;     ///< "20260630"
  std::string period;  ///< what the lot is the latest of, for "equals the last one"
  Bytes digest;        ///< over the digests of its files
  Uuid exchange;       ///< the exchange that leads it
  Time first_file{};
  Time completed{};
  std::string state;  ///< open, complete, done, rejected, already-done
};

/// A leaf before it has its sequence number.
using Draft = merkle::Leaf;

// --- Preconditions: a unit whose precondition fails is dropped alone, and computed again by its
// author.

struct ExchangeAt {
  Uuid id;
  std::uint64_t version = 0;
};
struct ChildAt {
  Uuid id;
  std::uint64_t version = 0;
};  ///< version 0: the child does not exist yet
struct IdentifierFree {
  Bytes lookup;
};
struct NoIdempotency {
  Bytes key;
};
/// Who claims the key are still these, as `Store::claimants` gave them.
struct ClaimsAt {
  Bytes key;
  std::vector<Uuid> children;
};
/// The setting is still as `Store::setting` gave it.
struct SettingIs {
  Bytes key;
  std::optional<Bytes> value;
};
/// The exchanges of that name are still these, as `Store::named` gave them.
struct NamesAt {
  Bytes name;
  std::vector<Uuid> exchanges;
};
using Precondition =
    std::variant<ExchangeAt, ChildAt, IdentifierFree, NoIdempotency, ClaimsAt, SettingIs, NamesAt>;

// --- Writes

struct PutExchange {
  Exchange exchange;
};  ///< inserts, or replaces the row of that id
struct PutPayload {
  PayloadRow payload;
};
struct DropPayload {
  Uuid id;
};  ///< destroys the key and the bytes; the hash stays
/// An empty key erases the child: its documents are dropped with it.
struct PutChild {
  ChildRow child;
};
/// `lookup`: a keyed digest of organisation, system and value. `sealed`: under the child's key.
struct PutIdentifier {
  Bytes lookup;
  Uuid child;
  Bytes sealed;
};
/// What the child claims from now on, and nothing else.
struct PutClaims {
  Uuid child;
  std::vector<Claim> claims;
};
/// Both children get a new version.
struct PutLink {
  LinkRow link;
};
struct DropLink {
  Uuid a;
  Uuid b;
};
struct PutStatement {
  StatementRow statement;
};  ///< the former latest goes to history
struct PutStatementHistory {
  StatementRow statement;
};  ///< an older one that arrived late
/// The content of one document; a child has it already: nothing changes.
struct PutDocument {
  DocumentRow document;
};
/// For whom the document is cleared from now on. The child gets a new version.
struct ClearDocument {
  Uuid child;
  Bytes sha256;
  std::vector<Bytes> cleared;
};
struct PutProjection {
  ProjectionRow projection;
};
/// The child changed for a destination that is told at another time: the next collection takes it.
/// A projection that is put ends it, as does `stale` = false. The mark gives the child a new
/// version: what was computed before it cannot end it.
struct MarkStale {
  std::string destination;
  Uuid child;
  bool stale = true;
};
/// The delivery succeeded: every projection that waits for it becomes `confirmed = queued`, and
/// waits no more.
struct ConfirmProjections {
  Uuid delivery;
};
/// The delivery will not be sent: what waited for it waits no more, and `confirmed` stays; unless
/// it may have arrived, then nobody knows what the destination has. `tell_again`: its children are
/// marked stale.
struct ReleaseProjections {
  Uuid delivery;
  bool may_have_arrived = false;
  bool tell_again = false;
};
struct PutQuarantine {
  QuarantineRow entry;
};  ///< same (organisation, partner, record, rule): dated, counted, reopened
struct CloseQuarantine {
  std::string organisation;
  std::string partner;
  Bytes record;
  std::string rule;
  std::string by;
  Time at;
};  ///< empty rule: every entry of the record
struct PutLot {
  LotRow lot;
};
/// `key`: a keyed digest of who sent it, where to, and of the sender's own key.
struct PutIdempotency {
  Bytes key;
  Bytes sha256;
  Uuid exchange;
  Time expires;
};
struct PurgeIdempotency {
  Time before;
};  ///< of keys that expired before
/// By what an exchange is found again; `name` is a keyed digest.
struct PutName {
  Bytes name;
  Uuid exchange;
  std::string part;  ///< of its payload: its adapter's own word
};
struct PutAdapterState {
  std::string endpoint;
  std::string key;
  Bytes value;
};
struct EraseAdapterState {
  std::string endpoint;
  std::string key;
};
/// A number that only grows: a smaller one changes nothing.
struct RaiseSetting {
  std::string key;
  std::uint64_t number = 0;
};
struct PutSetting {
  std::string key;
  Bytes value;
};  ///< wrapped keys and the like
using Write =
    std::variant<PutExchange, PutPayload, DropPayload, PutChild, PutIdentifier, PutClaims, PutLink,
                 DropLink, PutStatement, PutStatementHistory, PutDocument, ClearDocument,
                 PutProjection, MarkStale, ConfirmProjections, ReleaseProjections, PutQuarantine,
                 CloseQuarantine, PutLot, PutIdempotency, PurgeIdempotency, PutName,
                 PutAdapterState, EraseAdapterState, PutSetting, RaiseSetting>;

/// What is committed, as a value: all of it or none of it.
struct Unit {
  std::vector<Precondition> preconditions;
  std::vector<Write> writes;
  std::vector<Draft> audit;
};

struct Committed {
  std::uint64_t first_leaf = 0;  ///< sequence number of the unit's first leaf
};

}  // namespace charmille::store
