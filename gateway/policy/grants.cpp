#include "gateway/policy/grants.h"

#include <algorithm>

#include "gateway/policy/matrix.h"

namespace charmille::policy {
namespace {

bool may_name(config::Recipient kind, std::string_view section, std::string_view field) {
  const auto nameable = nameable_fields(kind, section);
  return nameable.empty() || std::ranges::find(nameable, field) != nameable.end();
}

}  // namespace

std::vector<Granted> granted_by(const config::Policy& policy) {
  std::vector<Granted> all;
  for (std::size_t rank = 0; rank < policy.lines.size(); ++rank)
    for (const std::string& section : policy.lines[rank].sections) {
      const config::PolicyLine& line = policy.lines[rank];
      const Reach reach = reach_of(policy.recipient, section);
      if (reach == Reach::never || (reach == Reach::named && line.fields.empty())) continue;
      Granted granted{section, line.fields.empty(), {}, rank};
      for (const std::string& field : line.fields)
        if (may_name(policy.recipient, section, field)) granted.fields.emplace_back(field);
      if (section == "documents") {
        granted.labels.assign(line.labels.begin(), line.labels.end());
        for (const std::string& rubric : line.documents)
          if (may_have_document(policy.recipient, rubric)) granted.rubrics.emplace_back(rubric);
      }
      if (granted.whole || !granted.fields.empty()) all.push_back(std::move(granted));
    }
  return all;
}

std::vector<Refused> refused_of(const config::Policy& policy) {
  std::vector<Refused> all;
  for (std::size_t rank = 0; rank < policy.lines.size(); ++rank)
    for (const std::string& section : policy.lines[rank].sections) {
      const config::PolicyLine& line = policy.lines[rank];
      const Reach reach = reach_of(policy.recipient, section);
      if (reach == Reach::never || (reach == Reach::named && line.fields.empty())) {
        all.push_back({section, {}, reach == Reach::named, rank});
        continue;
      }
      for (const std::string& field : line.fields)
        if (!may_name(policy.recipient, section, field))
          all.push_back({section, field, false, rank});
    }
  return all;
}

}  // namespace charmille::policy
