// What goes to the directory and what comes back: URLs, and the Bundles that answer a search (FHIR
// R4, http.html §3.1.0.1). No input or output here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"
#include "adapters/directory/question.h"
#include "gateway/base/time.h"

namespace charmille::adapters::directory {

/// `base` without a slash at its end; `since`: only what changed from then on.
std::string url_of(std::string_view base, const Search& search, std::size_t page,
                   std::optional<base::Time> since);

/// Scheme, host and port of an absolute URL, written in one way ("https://host:443"); nothing when
/// it is no plain http or https URL: a user name, a blank or another sign that no URL holds.
std::optional<std::string> origin_of(std::string_view url);

/// A resource as it is kept: what an answer may tell of it, as JSON of ours. Mailboxes on the red
/// list (liste rouge) are counted in `withheld`; their addresses stand nowhere.
struct Entry {
  std::string type;
  std::string id;
  std::string updated;  ///< meta.lastUpdated as it came
  std::string body;
  /// Fetched by its id beside what was asked: the structure of a role, the owner of a mailbox.
  bool beside = false;
};

struct Page {
  std::vector<Entry> entries;
  std::string next;  ///< of link[relation=next], or empty
};

/// Of a search for resources of `type`. Included resources of other types and outcomes are passed
/// over. CH-DIR-008: it is no such answer.
Result<Page> page_of(std::string_view bytes, std::string_view type);

/// The code of the first error of an OperationOutcome, or "-". Its words are not taken.
std::string issue_of(std::string_view bytes);

/// "334081" of "Practitioner/334081", also of an absolute one or one with a version; empty when it
/// refers to nothing of that type.
std::string id_in(std::string_view reference, std::string_view type);

}  // namespace charmille::adapters::directory
