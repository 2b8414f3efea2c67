// What the program itself allows to a kind of recipient (canonical child record §7). No
// configuration widens this: a policy file chooses within it.
#pragma once

#include <span>
#include <string_view>

#include "gateway/config/words.h"

namespace charmille::policy {

/// How far a section may go to a kind of recipient at all.
enum class Reach : std::uint8_t {
  never,
  named,  ///< only the fields that a policy line names one by one
  whole,  ///< all of it, or the fields that a line names
};

Reach reach_of(config::Recipient kind, std::string_view section);

/// Of a section that is sent `named`: the fields that may be named at all. Of a section that is
/// sent `whole`: empty, any field may be. (A department may be told that a handicap notice exists,
/// not the treatment.)
std::span<const std::string_view> nameable_fields(config::Recipient kind, std::string_view section);

/// May documents of that section of theirs ("health", "judicial") go to this kind at all?
bool may_have_document(config::Recipient kind, std::string_view document_section);

/// May the place of a child whose place is secret be told to this kind?
bool may_know_place(config::Recipient kind);
/// May it be told the address that a relative hides?
bool may_know_hidden_address(config::Recipient kind);

/// How confidential a section is (canonical child record §5): "C1" to "C5".
std::string_view confidentiality_of(std::string_view section);
/// The same of a document of that section of theirs.
std::string_view confidentiality_of_document(std::string_view document_section);

/// Fields that tell or help to find the place, with the section before the dot; a section alone
/// goes whole.
std::span<const std::string_view> place_fields();
/// Free texts inside sections: they have no automatic way out.
std::span<const std::string_view> free_text_fields();

}  // namespace charmille::policy
