// A table of codes that `translate` reads.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/tree/document.h"

namespace charmille::fhirpath {

class Table {
 public:
  /// `codes` is an object: each key a code, each value what it becomes.
  Table(std::string name, tree::Document codes) : name_(std::move(name)), codes_(std::move(codes)) {
    const tree::Node& root = codes_.root();
    for (std::size_t i = 0; i < root.items().size(); ++i)
      by_code_.emplace(root.key(i), &root.items()[i]);
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const std::string& name() const { return name_; }
  /// Each code with its value, whose origin is where it was written.
  const tree::Document& codes() const { return codes_; }
  std::size_t size() const { return by_code_.size(); }
  /// What `code` becomes, or nullptr.
  const tree::Node* find(std::string_view code) const {
    const auto at = by_code_.find(code);
    return at == by_code_.end() ? nullptr : at->second;
  }

 private:
  std::string name_;
  tree::Document codes_;
  std::unordered_map<std::string_view, const tree::Node*> by_code_;
};

}  // namespace charmille::fhirpath
