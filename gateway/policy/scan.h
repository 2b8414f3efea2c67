// The scan for secrets: what leaves is searched for the secrets of the children that it is about,
// as a reader could find them: in any encoding, inside JSON, XML, base64, zip and PDF. What the
// scan cannot read counts like a secret found: a person must look at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/policy/aho_corasick.h"
#include "gateway/policy/projection.h"
#include "gateway/policy/secrets.h"
#include "gateway/tree/document.h"

namespace charmille::policy {

/// Beyond a limit, what is left counts as unread.
struct ScanLimits {
  std::uint64_t document = 64ULL << 20U;  ///< bytes of one PDF, XML, zip or member, decoded
  std::uint64_t total = 512ULL << 20U;    ///< bytes read in all, decoded
  unsigned depth = 3;                     ///< documents inside documents
  unsigned members = 2000;                ///< of one zip archive
  unsigned pages = 2000;                  ///< of one PDF
  std::chrono::milliseconds time{20000};
};

enum class Carrier : std::uint8_t { text, name, metadata };

/// A secret was found. `place` is made of positions only ("zip[2]/pdf.page[1]"), never of names.
struct Hit {
  std::uint32_t secret = 0;  ///< its index in the scanner's list
  Carrier carrier = Carrier::text;
  std::string place;

  bool operator==(const Hit&) const = default;
};

enum class Obstacle : std::uint8_t {
  encrypted,
  no_text,  ///< a page that shows something, but has no text to search
  image,
  damaged,
  unknown_format,
  too_deep,
  too_large,
  too_long,
};

/// In English, as the catalogue translates it: "encrypted".
std::string_view name_of(Obstacle obstacle);

struct Unread {
  Obstacle why = Obstacle::damaged;
  std::string place;

  bool operator==(const Unread&) const = default;
};

struct ScanResult {
  std::vector<Hit> hits;
  std::vector<Unread> unread;

  bool clear() const { return hits.empty() && unread.empty(); }
  void append(ScanResult other);
};

/// Searches for one list of secrets. Built once for a child, or for a lot; threads may share it.
class Scanner {
 public:
  /// `cleared`: digests of documents that a person read and let go. What cannot be read of them is
  /// no obstacle; a secret that is found in them is one.
  explicit Scanner(std::vector<Secret> secrets, ScanLimits limits = {}, Cleared cleared = {});

  const std::vector<Secret>& secrets() const { return secrets_; }

  // Without any secret everything is clear, and nothing is read.

  /// A tree before it is encoded: its values, its keys and its attachments.
  Result<ScanResult> scan(const tree::Document& document) const;
  /// Bytes as they leave. The media type helps where the bytes themselves do not tell. The fault is
  /// that of reading the payload.
  Result<ScanResult> scan(const base::Payload& payload, std::string_view media_type = {}) const;
  /// A name of a file, a subject, the value of a header: UTF-8 or any other encoding.
  ScanResult scan_name(std::string_view name) const;

  /// The fault that holds a delivery back, for the first thing found: CH-POL-010 to CH-POL-013;
  /// nothing when the result is clear.
  std::optional<Fault> fault_of(const ScanResult& result) const;

 private:
  std::vector<Secret> secrets_;
  ScanLimits limits_;
  Cleared cleared_;
  Automaton automaton_;
};

}  // namespace charmille::policy
