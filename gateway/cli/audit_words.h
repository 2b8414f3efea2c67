// The words of the audit log for people who do not program: events, sections and outcomes of
// leaves.
#pragma once

#include <string>
#include <string_view>

#include "gateway/cli/session.h"
#include "gateway/merkle/events.h"

namespace charmille::cli {

/// What the event says, in the person's language.
std::string_view label_of(const Session& session, merkle::Event event);
/// The same by the event's name in the log; an unknown name stays as it is.
std::string label_of_event(const Session& session, const std::string& name);

/// A section of the child record, or a field of one ("ins.matricule"), in the person's language.
std::string label_of_section(const Session& session, const std::string& name);

/// One page of leaves, as /v1/audit gives them; those about children have their sections, ground,
/// purpose and policy line below them. With `deliveries`, what became of each.
void print_leaves(Session& session, const tree::Node& page, bool deliveries);

}  // namespace charmille::cli
