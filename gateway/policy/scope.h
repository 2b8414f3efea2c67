// The part of a child's record that concerns one recipient: its own decisions, its own
// establishments, and what falls in their time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/policy/projection.h"
#include "gateway/tree/node.h"

namespace charmille::policy {

class Scope {
 public:
  Scope(const tree::Node& record, const Addressee& to);

  /// False: this child is none of the recipient's business; `denial` says why.
  bool concerned() const { return denial_.empty(); }
  std::string_view denial() const { return denial_; }

  /// May this item of that section be seen? Sections that are objects, and those that no scope
  /// divides, always.
  bool holds(std::string_view section, const tree::Node& item) const;

 private:
  struct Span {
    std::string_view start;  ///< ISO, or empty: open
    std::string_view end;
  };

  void of_department();
  void of_establishments();
  bool in_time(std::string_view start, std::string_view end) const;
  bool holds_id(const tree::Node& id) const;
  bool own_establishment(std::string_view finess) const;

  const tree::Node& record_;
  const Addressee& to_;
  std::string_view denial_;
  bool sole_ = true;                        ///< nobody else has a part in this child
  std::vector<std::string_view> measures_;  ///< numbers of its own measures, local and its own
  std::vector<Span> times_;                 ///< of its own measures, or stays
};

}  // namespace charmille::policy
