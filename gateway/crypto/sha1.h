// SHA-1 (FIPS 180-4), where a protocol wants it as a checksum (FHIR R4, Attachment.hash; IHE XDS,
// hash). It protects nothing.
#pragma once

#include <array>
#include <cstdint>

#include "gateway/base/payload.h"

namespace charmille::crypto {

using Sha1 = std::array<std::uint8_t, 20>;

/// Faults: those of reading.
Result<Sha1> sha1(const base::Payload& content);

}  // namespace charmille::crypto
