// The contract between the gateway and an adapter: the first file to read.
//
// An adapter is code that speaks one protocol. It gives a `Source` (brings payloads in) and/or a
// `Destination` (takes them out), each built from the settings of one endpoint. It never touches
// the store, mappings or another adapter. Every call has a deadline and answers with a Result;
// faults say what to do (retry, reject, hold, stop). A source never loops on retries, and a
// destination never sleeps: the engine does both.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/tree/spec.h"

namespace charmille::adapters {

template <class T>
using Task = boost::asio::awaitable<Result<T>>;
using Deadline = std::chrono::steady_clock::time_point;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What an adapter remembers about its peer (a UIDVALIDITY, ids of a repository): committed with
/// the payload it came with, or alone, and given back at the next start. Keys are the adapter's
/// own.
struct AdapterState {
  Pairs put;
  std::vector<std::string> erase;
};

/// What came with a payload. `name` is data from outside: it is never used as a path.
struct Metadata {
  std::string name;  ///< file name, or empty
  std::string content_type;
  std::string partner;  ///< who is known to have sent it; empty when the endpoint's own partner did
  std::string authentication;   ///< how: "token", "certificate", "folder"
  std::string peer_address;     ///< "127.0.0.1", or empty
  std::string idempotency_key;  ///< of the sender, or empty
  Pairs correlation;            ///< ids of the protocol: Message-ID, X-Request-Id, ...
  std::string reference;        ///< the adapter's own name for the payload, given back in `settled`
};

/// By what a payload, or a part of it, is found again: an identifier of the business, an id that
/// the protocol gave. It may be about a person: only a keyed digest of it is kept.
struct Name {
  std::string value;
  std::string part;  ///< where it is in the payload: the adapter's own word
};

/// What a name leads to.
struct Named {
  base::Uuid exchange;
  std::string part;

  bool operator==(const Named&) const = default;
};

/// What `Intake::find` gave for a name, when what is brought in rests on it.
struct Found {
  std::string name;
  std::vector<Named> exchanges;
};

struct Arrival {
  base::Payload payload;
  Metadata metadata;
  AdapterState state;
  std::vector<Name> names;
  std::vector<Found> found;  ///< refused (`found_otherwise`) when it is no longer so
};

/// The code of the fault with which `Intake::accept` refuses what rests on names that lead
/// elsewhere meanwhile: look again.
inline constexpr std::string_view found_otherwise = "CH-EXC-047";

/// The code of the fault with which `Intake::accept` refuses a known idempotency key with other
/// content.
inline constexpr std::string_view conflicting_key = "CH-EXC-004";

/// The payload is durable: it may be acknowledged.
struct Accepted {
  base::Uuid exchange;
  bool already = false;  ///< the same idempotency key with the same content: nothing new was stored
};

/// What became of an accepted payload, for the report beside the file or the answer to a waiting
/// sender.
struct Settlement {
  enum class Outcome : std::uint8_t { done, done_with_remarks, rejected };
  base::Uuid exchange;
  Outcome outcome = Outcome::done;
  std::uint64_t accepted = 0;  ///< records applied
  std::uint64_t refused = 0;   ///< records that wait in quarantine
  std::string reference;       ///< Metadata::reference
  std::string
      report_text;  ///< in the partner's language, for people; empty when there is nothing to say
  std::string report_json;  ///< the same for programs

  /// Nothing of the payload was applied, and something should have been.
  bool is_refusal() const { return outcome == Outcome::rejected || (accepted == 0 && refused > 0); }
};

/// A payload that passed here, and is still kept.
struct Kept {
  base::Payload payload;
  std::string content_type;
  Pairs correlation;
};

/// A late answer about a delivery: MDN, DSN, registry response.
struct Receipt {
  Pairs correlation;
  std::optional<base::Fault> fault;  ///< set when the peer says that it failed
  base::Payload evidence;
};

struct Request {
  std::string method;
  std::string target;  ///< path below the endpoint
  Pairs headers;
  base::Payload body;
  std::string partner;  ///< authenticated caller
  std::string authentication;
  std::string peer_address;
  Deadline deadline;
};

struct Response {
  int status = 200;
  Pairs headers;
  base::Payload body;
};

/// What the engine offers to a source.
class Intake {
 public:
  virtual ~Intake() = default;
  /// Makes the payload durable with its exchange, audit leaf and adapter state, in one commit.
  virtual Task<Accepted> accept(Arrival arrival, Deadline deadline) = 0;
  /// Waits until an accepted payload is settled; empty when the deadline comes first.
  virtual Task<std::optional<Settlement>> settled(base::Uuid exchange, Deadline deadline) = 0;
  /// Notes a late answer and joins it to its delivery.
  virtual Task<void> receipt(Receipt receipt, Deadline deadline) = 0;
  /// Exchanges of this endpoint by a name that came with them, the newest first. Those that were
  /// refused are none; nor are deliveries that something newer follows in their lane.
  virtual Task<std::vector<Named>> find(std::string name, Deadline deadline) = 0;
  /// What an exchange of this endpoint holds; nothing when `find` would not lead to it. Who shows
  /// any of it to the partner says so first (`shown`). Faults: CH-EXC-005, it is no longer kept.
  virtual Task<std::optional<Kept>> open(base::Uuid exchange, Deadline deadline) = 0;
  /// Notes in the audit log that the partner is shown what an exchange holds.
  virtual Task<void> shown(base::Uuid exchange, Deadline deadline) = 0;
  /// Notes in the audit log that the partner looked for something and was shown nothing. What it
  /// looked for is not kept.
  virtual Task<void> searched(Deadline deadline) = 0;
  /// Notes in the audit log that what the partner brought was refused before any of it was kept:
  /// the code of the first reason.
  virtual Task<void> refused(std::string code, Deadline deadline) = 0;
  /// Commits adapter state that came with no payload.
  virtual Task<void> remember(AdapterState state, Deadline deadline) = 0;
  /// The state remembered so far.
  virtual Task<Pairs> recall() = 0;
};

/// Brings payloads in.
class Source {
 public:
  virtual ~Source() = default;
  /// Works until cancelled. A fault ends it: the engine logs it, waits and runs it again.
  virtual Task<void> run(std::shared_ptr<Intake> intake) = 0;
  /// A request that the gateway's HTTP surface received for this endpoint. Sources that are not
  /// pushed to refuse.
  virtual Task<Response> handle(std::shared_ptr<Intake> intake, Request request);
  /// A payload accepted earlier is settled: move its file, write the report. Called again after a
  /// crash until it succeeds, so it must be idempotent.
  virtual Task<void> settle(Settlement settlement, Deadline deadline);
};

/// What is to be delivered, as the engine hands it to `prepare`.
struct Outbound {
  base::Uuid delivery;  ///< the same on every retry: the source of all stable ids
  base::Payload payload;
  std::string content_type;
  Pairs variables;  ///< for names: route, date, lot, sequence, extension; never about a child
};

/// Stable ids and bytes, stored by the engine before the first attempt.
struct Prepared {
  base::Payload payload;
  Pairs ids;  ///< file name, Idempotency-Key, Message-ID, ...
  std::string content_type;
  /// By which its peer may find it, where it is held for the peer to look.
  std::vector<Name> names{};
};

/// One attempt.
struct Envelope {
  base::Uuid delivery;
  std::uint32_t attempt = 1;
  Prepared prepared;
};

struct Delivered {
  Pairs correlation;       ///< what the peer calls it
  bool duplicate = false;  ///< the peer already had it: a success
  bool final = true;       ///< false: taken over, a receipt will tell
};

/// What a probe found after an ambiguous answer.
enum class Probe : std::uint8_t {
  there,
  absent,
  unknown,  ///< it is sent again
  unsafe,   ///< unknown, and sent again it may have its effect twice: a person decides
};

struct Query {
  std::string operation;  ///< one of Adapter::queries
  Pairs parameters;
  base::Payload body;
};
/// A header of the answer to a query: "peer", or "cache" when nothing newer was had from the peer.
inline constexpr std::string_view answered_from = "X-Answered-From";

/// Takes payloads out.
class Destination {
 public:
  virtual ~Destination() = default;
  /// Pure: no input or output with the peer.
  virtual Result<Prepared> prepare(Outbound outbound) = 0;
  /// A fault with Action::retry may be ambiguous: `ambiguous` in its args makes the engine ask
  /// `probe` first.
  virtual Task<Delivered> send(Envelope envelope, Deadline deadline) = 0;
  virtual Task<Probe> probe(Envelope envelope, Deadline deadline);
  virtual Task<Response> query(Query query, Deadline deadline);
  /// A request of the peer about what is held for it (`Intake::find`, `Intake::open`). Destinations
  /// that hold nothing refuse.
  virtual Task<Response> handle(std::shared_ptr<Intake> intake, Request request);
};

/// What an adapter's builder is given.
struct Setting {
  std::string endpoint;            ///< its name in the configuration
  std::string base_folder;         ///< relative paths count from here
  const tree::Document& document;  ///< where the node lives, for positions
  const tree::Node& node;  ///< the endpoint's settings, already checked against the specification
  boost::asio::any_io_executor executor;
  const base::Clock& clock;
  base::Random& random;
  /// For bytes on their way, in files without names.
  std::string spool_folder = "/var/tmp";
  /// Where the gateway keeps its store: for a file that an adapter can make anew.
  std::string state_folder = ".";
};

/// One adapter: what it is called, what it can do, how it is built.
struct Adapter {
  std::string_view name;
  const tree::Spec* source = nullptr;  ///< nullptr: this adapter is no source
  const tree::Spec* destination = nullptr;
  std::string_view guarantees_fr;
  std::string_view guarantees_en;
  bool safe_for_untrusted_input = false;
  Result<std::unique_ptr<Source>> (*make_source)(const Setting&) = nullptr;
  Result<std::unique_ptr<Destination>> (*make_destination)(const Setting&) = nullptr;
  /// The second, named step of the check, once for each direction: folders, certificates, ports.
  /// Every fault at once; nullptr when there is nothing to look at.
  std::vector<base::Fault> (*check_source)(const Setting&) = nullptr;
  std::vector<base::Fault> (*check_destination)(const Setting&) = nullptr;
  /// The operations that its destinations answer (`Destination::query`); none: it answers nothing.
  std::span<const std::string_view> queries{};
  bool only_asked = false;  ///< its destinations are sent nothing, they only answer
  /// Its destinations show the latest delivery about a child instead of sending it: when there is
  /// nothing to tell any more, they are told by an empty payload. Changes of one child only.
  bool shows_latest = false;
  /// What its endpoints carry is one JSON document each: `format` may be left out, and `json` means
  /// that.
  bool one_json_document = false;
};

/// The adapters linked into this binary (adapters/registry.cpp: one line each).
std::span<const Adapter* const> registry();
const Adapter* find_adapter(std::string_view name);

}  // namespace charmille::adapters
