// The part of a child's record that concerns one recipient: its own decisions, its own
// establishments, and what falls in their time; a school's own pupils; for parents, minors. A
// department's time goes from its first decision to the end of its last one, a DUI's from entry to
// exit: before it, a former file goes only on a written decision; after it, nothing more is told
// than how it ended.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/policy/projection.h"
#include "gateway/tree/node.h"

namespace charmille::policy {

class Scope {
 public:
  /// `today` as for `project`.
  Scope(const tree::Node& record, const Addressee& to, std::string_view today = {});

  /// False: this child is none of the recipient's business; `denial` says why.
  bool concerned() const { return denial_.empty(); }
  std::string_view denial() const { return denial_; }
  /// The day on which its time ended; empty: it has not, or nothing bounds this recipient.
  std::string_view ended() const { return ended_; }
  /// Nobody else has, or had, a part in this child.
  bool sole() const { return sole_; }

  /// May anything of that section be seen? Once its time is over, what has no date is not.
  bool opens(std::string_view section) const;
  /// May this item of that section be seen? Sections that are objects, and those that no scope
  /// divides, always.
  bool holds(std::string_view section, const tree::Node& item) const;
  /// May this field of an item that is held be seen? Of a stay that began before its time, or
  /// outlasts it, only what falls in it.
  bool shows(std::string_view section, const tree::Node& item, std::string_view field) const;
  /// The days of a month of presence that are not its own, by their place (0: the first). A day
  /// that nobody filled in tells nothing of the child: it stays, to be asked about, where nobody
  /// else has a part.
  std::vector<std::size_t> foreign_days(const tree::Node& presence) const;

 private:
  struct Span {
    std::string_view start;  ///< ISO, or empty: open
    std::string_view end;
  };

  void of_department(std::string_view today);
  void of_establishments(std::string_view today);
  void of_school(std::string_view today);
  void of_parents(std::string_view today);
  void join_times();
  void add_transmitted();
  bool bounded() const;
  bool in_time(std::string_view start, std::string_view end) const;
  /// On a day that is another department's, be it its own too, and no written decision opens.
  bool is_shared(std::string_view day) const;
  /// On a day that is another department's, and not its own.
  bool in_time_of_another(std::string_view day) const;
  bool holds_dated(std::string_view section, const tree::Node& item) const;
  bool holds_id(const tree::Node& id) const;
  bool own_establishment(std::string_view finess) const;
  static Span span_of(const tree::Node& measure);
  static bool before(std::string_view a, std::string_view b);
  static bool overlap(const Span& item, const Span& own);

  const tree::Node& record_;
  const Addressee& to_;
  std::string_view denial_;
  std::string_view ended_;
  bool sole_ = true;                        ///< nobody else has a part in this child
  std::vector<std::string_view> measures_;  ///< numbers of its own measures, local and its own
  std::vector<Span> times_;                 ///< of its own measures, or stays
  std::vector<Span> given_;                 ///< earlier time that a written decision opens
  std::vector<Span> others_;                ///< of the measures of other departments
};

}  // namespace charmille::policy
