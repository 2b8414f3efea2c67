#include "gateway/fhir/terminology.h"

#include <algorithm>
#include <span>

#include "gateway/fhir/members.h"

namespace charmille::fhir {
namespace {

using tree::Node;

std::string without_version(std::string_view canonical) {
  return std::string(canonical.substr(0, canonical.find('|')));
}

void add_codes(std::span<const Node> concepts, std::vector<std::string>& codes, int depth) {
  if (depth > 32) return;
  for (const Node& one : concepts) {
    codes.emplace_back(text_at(one, "code"));
    add_codes(items_at(one, "concept"), codes, depth + 1);
  }
}

}  // namespace

void Terminology::add(std::string value_set, std::string_view system,
                      std::vector<std::string> codes) {
  composed_[std::move(value_set)].in.push_back({std::string(system), std::move(codes), {}, false});
}

void Terminology::add_code_system(const Node& resource) {
  if (text_at(resource, "content") != "complete") return;
  std::vector<std::string> codes;
  add_codes(items_at(resource, "concept"), codes, 0);
  systems_.insert_or_assign(std::string(text_at(resource, "url")), std::move(codes));
}

void Terminology::add_value_set(const Node& resource) {
  const Node* compose = resource.find("compose");
  if (compose == nullptr) return;
  const auto parts = [&](std::string_view name) {
    std::vector<Part> read;
    for (const Node& one : items_at(*compose, name)) {
      Part part;
      part.system = text_at(one, "system");
      part.filtered = !items_at(one, "filter").empty();
      add_codes(items_at(one, "concept"), part.codes, 0);
      for (const Node& other : items_at(one, "valueSet"))
        part.others.push_back(without_version(other.chars()));
      read.push_back(std::move(part));
    }
    return read;
  };
  composed_.insert_or_assign(std::string(text_at(resource, "url")),
                             Composed{parts("include"), parts("exclude")});
}

/// The part's system and its other value sets restrict each other (ValueSet.compose.include).
std::optional<Terminology::Counted> Terminology::count(const Part& part,
                                                       std::set<std::string>& open) const {
  if (part.filtered) return std::nullopt;
  std::optional<Counted> found;
  if (!part.system.empty()) {
    const auto whole = systems_.find(part.system);
    if (part.codes.empty() && whole == systems_.end()) return std::nullopt;
    const auto& codes = part.codes.empty() ? whole->second : part.codes;
    found.emplace();
    (*found)[part.system].insert(codes.begin(), codes.end());
  }
  for (const std::string& other : part.others) {
    auto more = count(other, open);
    if (!more) return std::nullopt;
    if (!found) {
      found = std::move(more);
      continue;
    }
    for (auto& entry : *found) {
      const Codes& allowed = (*more)[entry.first];
      std::erase_if(entry.second, [&](const std::string& code) { return !allowed.contains(code); });
    }
  }
  return found;
}

std::optional<Terminology::Counted> Terminology::count(const std::string& url,
                                                       std::set<std::string>& open) const {
  const auto at = composed_.find(url);
  if (at == composed_.end() || !open.insert(url).second) return std::nullopt;
  Counted all;
  for (const Part& part : at->second.in) {
    const auto more = count(part, open);
    if (!more) return std::nullopt;
    for (const auto& [system, codes] : *more) all[system].insert(codes.begin(), codes.end());
  }
  for (const Part& part : at->second.out) {
    const auto less = count(part, open);
    if (!less) return std::nullopt;
    for (const auto& [system, codes] : *less)
      for (const std::string& code : codes) all[system].erase(code);
  }
  open.erase(url);
  return all;
}

void Terminology::close() {
  for (const auto& entry : composed_) {
    std::set<std::string> open;
    if (auto codes = count(entry.first, open)) counted_.emplace(entry.first, std::move(*codes));
  }
  composed_.clear();
  systems_.clear();
}

std::optional<bool> Terminology::has(std::string_view value_set, std::string_view system,
                                     std::string_view code) const {
  const auto at = counted_.find(value_set);
  if (at == counted_.end()) return std::nullopt;
  const std::string wanted(code);
  if (system.empty())
    return std::ranges::any_of(at->second,
                               [&](const auto& part) { return part.second.contains(wanted); });
  const auto part = at->second.find(system);
  return part != at->second.end() && part->second.contains(wanted);
}

}  // namespace charmille::fhir
