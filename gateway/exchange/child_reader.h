// The children of one payload or lot, as one route's mapping gives them. Read twice: pass 1 finds
// what refuses the whole and what rows say of each other; pass 2 gives the children, each with its
// verdict.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "gateway/codec/codec.h"
#include "gateway/exchange/context.h"
#include "gateway/exchange/family.h"
#include "gateway/exchange/import_job.h"
#include "gateway/exchange/report.h"
#include "gateway/mapping/joins.h"
#include "gateway/record/lot_check.h"
#include "gateway/record/validate.h"

namespace charmille::exchange {

/// One record as it came out of the mapping and the rules.
struct ReadChild {
  tree::Document document;        ///< the child; empty when it is refused before
  std::string local_id;           ///< as the sender calls it; empty when unknown
  std::string record_digest;      ///< keyed: names the record in quarantine
  std::vector<Fault> rejections;  ///< any: it goes to quarantine
  std::vector<Fault> remarks;
  bool repeated = false;  ///< the same as one before: counted, not applied
  /// Part of a child whom a later payload may bring: it waits in quarantine, the payload is good.
  bool pending = false;
};

class ChildReader {
 public:
  /// `parts` holds what the route reads over (its `input`, of a lot), and what the mapping nests.
  /// CH-EXC-011 when no format is declared for a part.
  static Result<std::unique_ptr<ChildReader>> open(const Context& context, const RoutePlan& route,
                                                   std::vector<Part> parts,
                                                   mapping::Variables variables);
  ~ChildReader();

  /// Pass 1. A fault refuses the whole. Remarks about the payload go to `report`.
  Result<void> check(Report& report);
  /// Pass 2: the next children; empty at the end.
  Result<std::vector<ReadChild>> next();

  /// Sections of the child record that this payload speaks of: what is needed for them is there.
  std::set<std::string> covered() const;
  std::uint64_t records() const { return records_; }
  /// Children whom the payload names, each once; known after `check`.
  std::uint64_t children() const { return named_.size(); }
  /// Of the children whose place is secret; known after `check`.
  const HiddenFamilies& hidden() const { return hidden_; }
  /// What the payload says of itself; known after `check`.
  const codec::Envelope& envelope() const { return envelope_; }

 private:
  ChildReader(const Context& context, const RoutePlan& route, std::vector<Part> parts,
              mapping::Variables variables);
  Result<void> require_columns(const Part& part, const tree::Document& batch) const;
  Result<void> load_joins();
  Result<std::unique_ptr<codec::RecordStream>> open_part(const Part& part) const;
  Result<void> rewind();
  Result<std::optional<std::vector<ReadChild>>> read_batch(std::vector<Fault>* payload_remarks);
  ReadChild read_item(mapping::Item item);
  void add_stray(std::vector<ReadChild>& children) const;
  ReadChild read_rejected(const codec::Rejected& rejected) const;
  std::string record_digest(std::string_view name) const;
  void judge(ReadChild& child);

  const Context& context_;
  const RoutePlan& route_;
  std::vector<Part> parts_;
  const Part* main_ = nullptr;  ///< whose rows the mapping runs over; of parts_
  mapping::Variables variables_;
  record::Rules rules_;
  std::optional<mapping::Joins> joins_;
  std::vector<codec::Rejected> join_rejections_;
  std::vector<Fault> join_remarks_;
  std::set<std::string> incomplete_;  ///< files with rows that were refused: whose they were is not
                                      ///< always known, and what they lack says nothing
  std::unique_ptr<codec::RecordStream> stream_;
  bool ended_ = false;
  record::LotCheck lot_check_;
  std::uint64_t records_ = 0;
  HiddenFamilies hidden_;
  std::unordered_set<std::uint64_t> named_;  ///< digests of local ids
  codec::Envelope envelope_;
  std::vector<std::vector<ReadChild>> kept_;  ///< small payloads are mapped once
  bool keep_ = false;
  std::size_t next_kept_ = 0;
};

}  // namespace charmille::exchange
