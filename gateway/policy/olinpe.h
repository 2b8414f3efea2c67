// What may leave as an OLINPE extraction (yearly statistics on child protection, CASF L226-3-3 and
// annexe 2-8): coded variables under a pseudonym and nothing else. No setting and no person lets an
// identity through.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::policy {

/// One extraction, judged event by event (a DONNEE each, its variables as texts); the checks of the
/// collector come with ours, so that what it would send back does not leave.
class OlinpeCheck {
 public:
  /// What the extraction says of itself (INTRO): CH-OLI-005 for a version that we do not know,
  /// CH-OLI-006 for a day that is none. Before the first event.
  void intro(const tree::Document& document, const tree::Node& intro);
  /// CH-OLI-001 to -004 for what is no coded variable, CH-OLI-010 and after for what does not hold
  /// together.
  void event(const tree::Document& document, const tree::Node& event);

  /// Every rule that is broken, where it is, up to 1000 of them; empty: it may leave.
  const std::vector<Fault>& faults() const { return faults_; }
  /// What a person may look at, and does not keep it from leaving.
  const std::vector<Fault>& remarks() const { return remarks_; }
  std::uint64_t events() const { return events_; }

 private:
  class Event;
  void known_pseudonym(const Event& event);
  void told_before(const Event& event);

  std::vector<Fault> faults_;
  std::vector<Fault> remarks_;
  std::uint64_t events_ = 0;
  std::string year_;  ///< that the extraction is about; empty when it is not known
  std::map<std::string, std::string, std::less<>>
      children_;                             ///< pseudonym to sex, year and month of birth
  std::set<std::string, std::less<>> told_;  ///< what makes two events one
};

/// The file that leaves, written anew from what was judged: nothing that was not read (a comment,
/// an attribute) is in it.
class OlinpeWriter {
 public:
  void intro(const tree::Node& intro, std::string& out);
  void event(const tree::Node& event, std::string& out);
  void end(std::string& out);
};

}  // namespace charmille::policy
