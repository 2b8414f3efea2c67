// What may be written in a configuration: every field with its type, meaning, example and default.
// The check, the JSON Schema and the reference page come from here, and from the specifications of
// adapters and codecs.
#pragma once

#include <vector>

#include "gateway/tree/spec.h"

namespace charmille::config {

/// The whole file. The settings of an endpoint's adapter and the options of a codec are not in it:
/// they come from the adapter's and the codec's own specifications, beside the common fields.
const tree::Spec& site_spec();

// Parts of it, each described once.
const std::vector<tree::Field>& partner_fields();
const std::vector<tree::Field>& endpoint_fields();  ///< common to all adapters
const std::vector<tree::Field>& route_fields();
const std::vector<tree::Field>& relay_fields();
const std::vector<tree::Field>& destination_fields();  ///< an item of `to` in a route
const std::vector<tree::Field>& retry_fields();
const std::vector<tree::Field>& tls_fields();  ///< `listen.tls` when it is not the word `none`

}  // namespace charmille::config
