// One value of a configuration that is being read, with its path and its field in the
// specification.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/time.h"
#include "gateway/config/secret.h"
#include "gateway/tree/document.h"
#include "gateway/tree/spec.h"

namespace charmille::config {

/// Reading never fails: what `tree::check` refuses is read as its default, so that all faults can
/// be told at once.
class View {
 public:
  View(const tree::Document& document, const tree::Node& node, const tree::Field& field,
       std::string path);

  /// The field of that name, which the specification must have.
  View operator[](std::string_view name) const;
  /// The items of a list, or the values of a map under their keys.
  std::vector<View> items() const;
  std::vector<std::pair<std::string, View>> members() const;

  /// Whether something is written here.
  bool present() const { return node_ != nullptr; }
  bool is(tree::Kind kind) const { return node_ != nullptr && node_->is(kind); }
  const tree::Node* node() const { return node_; }
  const std::string& path() const { return path_; }
  /// Where the value stands; of an absent one, where its object stands.
  base::Place place() const { return document_->place_of(origin_, path_); }
  /// Where the key of a member stands.
  base::Place key_place() const { return document_->place_of(key_origin_, path_); }

  std::string text() const;
  bool boolean() const;
  /// Of an integer, a duration in microseconds or a size in bytes; nothing when neither written nor
  /// given a default.
  std::optional<std::int64_t> number() const;
  std::optional<base::Duration> duration() const;
  std::vector<std::string> texts() const;
  /// A path, resolved from `folder`; empty when absent.
  std::filesystem::path path_from(const std::filesystem::path& folder) const;
  std::optional<SecretReference> secret(const std::filesystem::path& folder) const;

 private:
  View member(const tree::Node& node, std::size_t i, const tree::Field& field) const;

  const tree::Document* document_;
  const tree::Node* node_;
  const tree::Field* field_;
  tree::Origin origin_;
  tree::Origin key_origin_;
  std::string path_;
};

/// `path` from `folder`, without dots.
std::filesystem::path resolve(const std::filesystem::path& folder, std::string_view path);

}  // namespace charmille::config
