// The audit record, or leaf: its one form in memory and its one form in bytes. Nothing else writes
// leaves.
//
// Never in a leaf: content, names, birth dates, free text of a payload, passwords, tokens, full
// URLs. A child appears as a keyed tag. An empty string, an empty list and an absent value are left
// out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/crypto/digest.h"
#include "gateway/merkle/events.h"

namespace charmille::merkle {

inline constexpr std::size_t leaf_limit = 32 * 1024;  ///< bytes of one leaf
inline constexpr std::size_t leaf_text_limit =
    200;  ///< bytes kept of one string; more is cut and marked with "…"
inline constexpr std::size_t leaf_subject_limit = 500;  ///< children in one exchange.subjects
inline constexpr std::uint64_t leaf_number_limit =
    (std::uint64_t{1} << 53) - 1;  ///< RFC 8785 §3.2.2.3

/// What was done, as in ATNA (DICOM PS3.15 A.5): create, read, update, delete, execute.
enum class Act : std::uint8_t { create, read, update, remove, execute };
/// How it ended, as in ATNA: 0, 4, 8, 12.
enum class Outcome : std::uint8_t { success = 0, minor = 4, serious = 8, major = 12 };
enum class ClockState : std::uint8_t { synced, unsynced, stepped };
enum class Direction : std::uint8_t { in, out };
enum class FailureClass : std::uint8_t { transient, permanent, security };

struct LeafError {
  std::string code;  ///< of the catalogue: CH-CSV-004
  FailureClass kind = FailureClass::permanent;
  bool operator==(const LeafError&) const = default;
};

struct Agent {
  std::string kind;  ///< person, partner, service
  std::string id;    ///< PSC sub, RPPS, account, certificate subject and serial
  std::string authn;
  std::string role;
  std::string org;
  std::string assertion;  ///< id of the VIHF assertion or token
  bool operator==(const Agent&) const = default;
};

struct PeerTls {
  std::string version;
  std::string suite;
  std::optional<crypto::Digest> cert_sha256;
  bool operator==(const PeerTls&) const = default;
};

struct Peer {
  std::string name;
  std::string ip;
  std::optional<std::uint16_t> port;
  std::optional<PeerTls> tls;
  bool operator==(const Peer&) const = default;
};

struct Subject {
  crypto::Tag tag{};
  std::uint32_t epoch = 0;
  bool operator==(const Subject&) const = default;
};

struct Object {
  std::string type;  ///< payload, document, record, report
  std::optional<crypto::Tag> id_tag;
  std::string kind;  ///< class: what sort of document
  std::string mime;
  std::optional<std::uint64_t> size;
  std::optional<crypto::Digest> sha256_in;   ///< before translation
  std::optional<crypto::Digest> sha256_out;  ///< after it
  bool operator==(const Object&) const = default;
};

struct MapUsed {
  std::string name;
  std::string version;
  std::optional<crypto::Digest> config_sha256;
  std::optional<std::uint64_t> warnings;  ///< losses that the mapping declares
  bool operator==(const MapUsed&) const = default;
};

/// The children that an exchange is about, for those that the same rule treated alike; several
/// leaves where there are more than `leaf_subject_limit` or several rules. The legal ground is
/// Leaf::basis.
struct SubjectList {
  std::uint32_t epoch = 0;
  std::vector<crypto::Tag> tags;
  std::vector<std::string> sent;      ///< field groups
  std::vector<std::string> withheld;  ///< field groups
  std::string policy;                 ///< file and line of the policy
  bool operator==(const SubjectList&) const = default;
};

using DetailValue = std::variant<std::int64_t, std::string, std::vector<std::string>>;

struct Leaf {
  // Given by the committer.
  std::uint64_t seq = 0;  ///< index in the log, no gaps
  std::string log;        ///< origin: the name of the log's key
  base::Uuid id;          ///< of this event, version 7
  base::Time ts{};        ///< wall clock, microseconds
  std::uint64_t mono_us = 0;
  base::Uuid boot;
  ClockState clock = ClockState::unsynced;
  std::string node;

  // What happened.
  Event ev{};
  Act act = Act::execute;
  Outcome out = Outcome::success;
  std::optional<LeafError> err;
  std::optional<base::Uuid> xch;    ///< the exchange
  std::optional<base::Uuid> flow;   ///< its root exchange
  std::optional<base::Uuid> cause;  ///< its parent
  std::vector<std::string> corr;    ///< Message-ID, X-Request-Id, submission set
  std::optional<std::uint32_t> attempt;
  std::optional<Direction> dir;
  std::string chan;  ///< file, sftp, http, fhir, dmp, mssante, api
  std::optional<Agent> agent;
  std::optional<Peer> peer;
  std::optional<Subject> subj;
  std::optional<SubjectList> subjects;  ///< with exchange_subjects only
  std::vector<Object> obj;
  std::optional<MapUsed> map;
  std::string purpose;                ///< purposeOfUse
  std::string basis;                  ///< legal basis
  std::optional<crypto::Digest> cfg;  ///< configuration in force
  std::string ret;                    ///< retention class
  std::vector<std::pair<DetailKey, DetailValue>> detail;

  bool operator==(const Leaf&) const = default;
};

/// The exact bytes that are stored and hashed: RFC 8785, one line, at most `leaf_limit`. Control
/// characters, bidi marks and bytes that are not UTF-8 are written as visible text. CH-LEAF-001 too
/// long, -004 a detail foreign to the event or given twice, -005 a number above
/// `leaf_number_limit`, -006 too many children.
Result<std::string> to_canonical_json(const Leaf& leaf);

/// Reads a leaf; accepts exactly what `to_canonical_json` writes (CH-LEAF-002, CH-LEAF-003).
Result<Leaf> parse_leaf(std::string_view bytes);

}  // namespace charmille::merkle
