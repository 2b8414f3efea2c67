// Joins by hash: rows of other files of a lot become lists inside the rows that they belong to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/mapping/mapping.h"
#include "gateway/tree/document.h"

namespace charmille::mapping {

/// The rows of a lot's other files, indexed for one mapping. Shared by threads that map batches of
/// the main file.
class Joins {
 public:
  /// By name as the mapping writes it, each the rows as a codec gives them ({rows: [...]}); a file
  /// that came in several batches stands there as often, in their order.
  using Files = std::multimap<std::string, tree::Document>;

  /// A file that is not there has no rows. A column of `on` that a file has not is a fault.
  static Result<Joins> build(const Mapping& mapping, Files files);
  ~Joins();
  Joins(Joins&&) noexcept;
  Joins& operator=(Joins&&) noexcept;

  /// Rows that belong to no row above, one fault each, with file, line and rule. Complete once
  /// every batch of the main file has been mapped.
  std::vector<Fault> orphans() const;

  /// Of all files: what attachments in joined rows index.
  const std::vector<tree::Attachment>& attachments() const;

 private:
  struct Level;
  struct Impl;
  explicit Joins(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  friend class JoinedRows;
};

/// Rows of a batch with their lists; lives as long as the batch is being mapped. Attachments of the
/// rows themselves are numbered after those of the joins.
class JoinedRows {
 public:
  /// Without joins rows stay as they are.
  JoinedRows(const Joins* joins, const tree::Document& batch);
  ~JoinedRows();
  JoinedRows(const JoinedRows&) = delete;
  JoinedRows& operator=(const JoinedRows&) = delete;

  /// What origins index, in the rows given by `with_lists`.
  const std::vector<std::string>& files() const { return files_; }
  const tree::Node& with_lists(const tree::Node& row);

 private:
  struct Impl;
  std::vector<std::string> files_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace charmille::mapping
