// A quick look at a leaf's bytes: the few members that verification and the index need, without
// reading the rest.
//
// The bytes are canonical JSON that Charmille wrote; `merkle::parse_leaf` is the one that judges
// their form. Here members are found by walking the text once, and a text that is not JSON simply
// gives less.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace charmille::audit {

/// Views into the record. Texts are as written: escapes stay. Empty: absent.
struct Glance {
  std::optional<std::uint64_t> seq;
  std::optional<std::uint64_t> out;
  std::string_view log;
  std::string_view ts;
  std::string_view ev;
  std::string_view xch;
  std::string_view flow;
  std::string_view chan;
  std::string_view peer;               ///< peer.name
  std::string_view endpoint;           ///< detail.endpoint
  std::vector<std::string_view> tags;  ///< subj.tag and detail.tags, in hexadecimal
};

Glance glance(std::string_view record);

}  // namespace charmille::audit
