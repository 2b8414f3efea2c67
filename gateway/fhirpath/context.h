// One run of expressions over one input: variables, memory, limits, and the fault that ended it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

struct Limits {
  std::uint64_t steps = 2'000'000;  ///< evaluated operations and items produced
  std::size_t text = 16U << 20;     ///< bytes of one computed text
};

class Context {
 public:
  /// `files` names what origins index; `arena` receives computed values. Both outlive the context.
  Context(const std::vector<std::string>& files, tree::Arena& arena, std::uint32_t slots,
          std::uint32_t members, Limits limits = {})
      : files_(&files), arena_(&arena), variables_(slots), members_(members), limits_(limits) {}

  /// The next input, with its own files and memory; variables stay, the count of steps begins
  /// again.
  void renew(const std::vector<std::string>& files, tree::Arena& arena) {
    files_ = &files;
    arena_ = &arena;
    steps_ = 0;
    fault_.reset();
  }

  tree::Arena& arena() { return *arena_; }
  const Limits& limits() const { return limits_; }

  void set(std::uint32_t slot, Collection value) { variables_[slot] = std::move(value); }
  std::span<const Value> variable(std::uint32_t slot) const { return variables_[slot].items(); }
  /// %context: the resource being mapped.
  void set_resource(Collection resource) { resource_ = std::move(resource); }
  std::span<const Value> resource() const { return resource_.items(); }

  /// Reads the input with a model, which outlives the context.
  void set_model(const Model* model) { model_ = model; }
  const Model* model() const { return model_; }
  /// What now(), today() and timeOfDay() say: the same during one run.
  void set_now(const Temporal& now) { now_ = now; }
  const std::optional<Temporal>& now() const { return now_; }
  /// Takes what trace() shows: a name, and the items that pass.
  using Trace = std::function<void(std::string_view name, std::span<const Value> items)>;
  void set_trace(Trace trace) { trace_ = std::move(trace); }
  const Trace& trace() const { return trace_; }

  bool failed() const { return fault_.has_value(); }
  /// Keeps the first fault.
  void fail(Fault fault) {
    if (!fault_) fault_ = std::move(fault);
  }
  std::optional<Fault> take_fault() { return std::exchange(fault_, std::nullopt); }
  base::Place place_of(tree::Origin origin) const {
    return {origin.file < files_->size() ? (*files_)[origin.file] : std::string{},
            origin.line,
            origin.column,
            {}};
  }

  /// Counts work; false once the limit is passed.
  bool step(std::uint64_t count = 1) { return (steps_ += count) <= limits_.steps; }

  /// Empty texts of the input are read as nothing: in a CSV file an empty cell is no value.
  void skip_empty_texts(bool skip) { skip_empty_texts_ = skip; }
  bool skips_empty_texts() const { return skip_empty_texts_; }

  /// When set, the origin of each value that a path reads is added.
  void record_reads(std::vector<tree::Origin>* reads) { reads_ = reads; }
  void note_read(tree::Origin origin) {
    if (reads_ != nullptr && origin.line != 0) reads_->push_back(origin);
  }

  /// When set, the value of each code that a table translated is added, as it stands in its table.
  void record_codes(std::unordered_set<const tree::Node*>* codes) { codes_ = codes; }
  void note_code(const tree::Node& value) {
    if (codes_ != nullptr) codes_->insert(&value);
  }

  /// Where a path step found its name last time: rows share a shape, so the next one hits.
  struct Found {
    const tree::Shape* shape = nullptr;
    std::uint32_t slot = 0;
    // With a model: of which type the object was, what the slot holds, and what stands beside it.
    std::uint32_t beside = 0;
    TypeId of = untyped;
    TypeId type = untyped;
  };
  Found& found(std::uint32_t member) { return members_[member]; }
  /// The slot of `name` in an object of that shape, or npos.
  std::uint32_t slot_of(std::uint32_t member, const tree::Shape& shape, std::string_view name) {
    Found& found = members_[member];
    if (found.shape == &shape && found.of == untyped) return found.slot;
    if (found.of != untyped) found = {};
    // The same place in the next shape is usual, and cheap to check.
    if (found.slot >= shape.keys().size() || shape.keys()[found.slot] != name)
      found.slot = shape.index_of(name);
    found.shape = &shape;
    return found.slot;
  }

 private:
  const std::vector<std::string>* files_;
  tree::Arena* arena_;
  std::vector<Collection> variables_;
  std::vector<Found> members_;
  Collection resource_;
  Limits limits_;
  const Model* model_ = nullptr;
  std::optional<Temporal> now_;
  Trace trace_;
  std::uint64_t steps_ = 0;
  bool skip_empty_texts_ = false;
  std::optional<Fault> fault_;
  std::vector<tree::Origin>* reads_ = nullptr;
  std::unordered_set<const tree::Node*>* codes_ = nullptr;
};

}  // namespace charmille::fhirpath
