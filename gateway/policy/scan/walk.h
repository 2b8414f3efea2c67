// One scan under way: what the readers of the formats share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/payload.h"
#include "gateway/policy/aho_corasick.h"
#include "gateway/policy/scan.h"

namespace charmille::policy {

/// Where the scan is.
struct Spot {
  std::string path;    ///< "zip[2]/pdf.page[1]"
  unsigned depth = 0;  ///< documents around this one
  Carrier carrier = Carrier::text;
  bool excused = false;  ///< a person read it: what the scan cannot read is no obstacle

  /// A part of this document.
  Spot part(std::string_view name) const { return {joined(".", name), depth, carrier, excused}; }
  /// A document inside this one.
  Spot inside(std::string_view name) const {
    return {joined("/", name), depth + 1, carrier, excused};
  }
  Spot as(Carrier other) const { return {path, depth, other, excused}; }

 private:
  std::string joined(const char* link, std::string_view name) const {
    return path.empty() ? std::string(name) : path + link + std::string(name);
  }
};

class Walk {
 public:
  Walk(const Automaton& automaton, const ScanLimits& limits, const Cleared& cleared)
      : automaton_(automaton),
        limits_(limits),
        cleared_(cleared),
        deadline_(std::chrono::steady_clock::now() + limits.time) {}

  const Automaton& automaton() const { return automaton_; }
  const ScanLimits& limits() const { return limits_; }

  /// Any document, by what its bytes and its media type say.
  void content(const base::Payload& payload, std::string_view media_type, const Spot& spot);
  /// The same for bytes that may be a document, or may look like one by chance: fewer than
  /// `least` are no obstacle when they are none.
  void embedded(std::string bytes, const Spot& spot, std::size_t least);
  /// A short text in any encoding.
  void name(std::string_view bytes, const Spot& spot);

  /// Counts bytes about to be searched. False: a limit is passed, the rest of the scan is off.
  bool spend(std::uint64_t bytes, const Spot& spot);
  /// All bytes of a document; nothing, with the obstacle noted, when there are too many.
  std::optional<std::string> bytes(const base::Payload& payload, const Spot& spot);
  /// The next piece of a stream; nothing at its end, or when the scan is off.
  std::optional<std::string_view> piece(base::Reader& reader, std::string& buffer,
                                        const Spot& spot);
  std::unique_ptr<base::Reader> open(const base::Payload& payload);
  /// The payload cannot be read, which says nothing about what it holds: the scan fails with that.
  void broken(Fault why);

  void found(const Search& search, const Spot& spot);
  void obstacle(Obstacle why, const Spot& spot);

  Result<ScanResult> take();

 private:
  enum class Form : std::uint8_t { text, json, xml, pdf, zip, image, opaque };
  static Form form_of(std::string_view head, std::string_view media_type);
  Form form_of(const base::Payload& payload, std::string_view media_type);
  void read(Form form, const base::Payload& payload, bool certain, const Spot& spot);
  bool is_cleared(const base::Payload& payload);

  const Automaton& automaton_;
  const ScanLimits limits_;
  const Cleared& cleared_;
  const std::chrono::steady_clock::time_point deadline_;
  std::uint64_t spent_ = 0;
  bool off_ = false;
  std::optional<Fault> fault_;
  ScanResult result_;
};

// The formats. Each reports what it finds, and what it cannot read, to the walk.

/// In every encoding that a reader could open it in.
void read_text(Walk& walk, const base::Payload& payload, const Spot& spot);
/// False: damaged, or not of that format. What came before was searched.
bool read_json(Walk& walk, const base::Payload& payload, const Spot& spot);
bool read_xml(Walk& walk, const base::Payload& payload, const Spot& spot);
void read_zip(Walk& walk, const base::Payload& payload, const Spot& spot);
void read_pdf(Walk& walk, const std::string& bytes, const Spot& spot);

}  // namespace charmille::policy
