// Runs compiled rules over one item.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/mapping/coverage.h"
#include "gateway/mapping/plan.h"

namespace charmille::mapping {

class Runner {
 public:
  /// `coverage`, when given, notes what the explained runs touch.
  Runner(const Plan& plan, fhirpath::Context& context, Coverage* coverage = nullptr)
      : plan_(plan), context_(context), coverage_(coverage) {}

  /// Fills `item` with the result of the template for `resource`.
  void run(const fhirpath::Value& resource, Item& item, Explain explain);

 private:
  using Focus = std::span<const fhirpath::Value>;
  /// A node, or nothing: as an optional, but no larger than a node, and cheap to copy.
  class Result {
   public:
    Result() = default;
    Result(const tree::Node& node) : node_(node) {}  // NOLINT: a node is a result
    explicit operator bool() const {
      return !node_.is(tree::Kind::attachment) || node_.attachment_index() != nothing;
    }
    const tree::Node& operator*() const { return node_; }
    const tree::Node* operator->() const { return &node_; }

   private:
    static constexpr std::uint32_t nothing = 0xFFFFFFFF;  ///< the index of no attachment
    tree::Node node_ = tree::Node::attachment(nothing);
  };

  Result rule(const Rule& rule, Focus focus);
  Result single(const Rule& rule, Focus focus);
  Result list(const Rule& rule, Focus focus);
  Result joined(const Rule& rule, Focus focus);
  Result whole_object(const Rule& rule, Focus focus);
  Result object(const Rule& rule, Focus focus);
  Result array(const Rule& rule, Focus focus);
  Result each(const Rule& rule, Focus focus);
  Result choice(const Rule& rule, Focus focus);
  Result merge(const Rule& rule, Focus focus);
  void assign(std::uint32_t slot, const Rule& rule, Focus focus);

  fhirpath::Collection evaluate(const Rule& rule, const Part& part, Focus focus);
  void gather(const Rule& rule, Fault fault);
  void explain(const Rule& rule, const tree::Node& value);
  void forget_reads();
  void touch(tree::Origin line) {
    if (coverage_ != nullptr) coverage_->lines.emplace(line.line, line.column);
  }
  void splice(const Rule& rule, const Result& result, std::size_t base);
  void put(std::string_view key, const tree::Node& value, std::size_t base);
  Result take_members(std::size_t base);
  void push_item(const tree::Node& value);
  Result take_items(std::size_t base);

  /// A step of the path that explanations show, while it lives.
  class Step;

  const Plan& plan_;
  fhirpath::Context& context_;
  Coverage* coverage_;
  Item* item_ = nullptr;
  tree::Origin origin_;                          ///< of the item
  std::vector<tree::Node> items_;                ///< of arrays being built, one above the other
  std::vector<tree::Document::Member> members_;  ///< of objects being built
  bool explains_ = false;
  int silent_ = 0;  ///< inside an assign: its values are no part of the result
  std::string path_;
  std::vector<tree::Origin> reads_;
};

}  // namespace charmille::mapping
