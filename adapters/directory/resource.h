// Of a resource of the directory, what is kept and shown. No input or output here.
#pragma once

#include <string>

#include "gateway/tree/node.h"

namespace charmille::adapters::directory {

/// A Practitioner, PractitionerRole or Organization as JSON of ours:
///
///   id, active, identifiers [{system, value}], codes [{system, code, text}], mailboxes [{address,
///   type, service, description}], withheld (how many more are on the red list); and of a
///   Practitioner family, given, prefix; of a PractitionerRole practitioner and organization (their
///   ids); of an Organization name, addresses [{lines, postalCode, city}], phones.
///
/// A mailbox whose mark of the red list is anything but false counts as on it: its address stands
/// nowhere, and nothing else of a contact that is no MSSanté mailbox but phones of structures.
std::string body_of(const tree::Node& resource);

}  // namespace charmille::adapters::directory
