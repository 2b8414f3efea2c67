#include <algorithm>

#include "gateway/mapping/joins.h"
#include "gateway/mapping/plan.h"
#include "gateway/mapping/runner.h"

namespace charmille::mapping {
namespace {

using fhirpath::Collection;
using fhirpath::Value;

/// A copy without origins: a variable does not come from the files of the batch.
tree::Node bare(tree::Document& into, const tree::Node& node) {
  if (node.is(tree::Kind::array)) {
    std::vector<tree::Node> items;
    for (const tree::Node& item : node.items()) items.push_back(bare(into, item));
    return into.array(items);
  }
  if (node.is(tree::Kind::object)) {
    std::vector<tree::Document::Member> members;
    for (std::size_t i = 0; i < node.items().size(); ++i)
      members.emplace_back(node.key(i), bare(into, node.items()[i]));
    return into.object(members);
  }
  return into.copy(node).at({});
}

Item new_item(const std::shared_ptr<const Plan>& owner, const std::vector<std::string>& files) {
  Item item;
  for (const std::string& file : files) item.document.add_file(file);
  // Keys and literals of the result live in the plan.
  item.document.keep(owner);
  return item;
}

/// The attachments that one batch's rows index: those of the joins, then its own.
class Attachments {
 public:
  Attachments(const Joins* joins, const tree::Document& batch)
      : joined_(joins == nullptr ? std::span<const tree::Attachment>{} : joins->attachments()),
        own_(batch.attachments()) {}

  /// Gives the item those that its result holds, and no other: a lot may have thousands.
  void carry_into(Item& item) const {
    if (joined_.empty() && own_.empty()) return;
    Taken taken;
    const tree::Node& root = item.document.root();
    if (holds_any(root)) item.document.set_root(carried(root, item.document, taken));
  }

 private:
  using Taken = std::map<std::uint32_t, std::uint32_t>;  ///< number here -> number in the item

  static bool holds_any(const tree::Node& node) {
    return node.is(tree::Kind::attachment) || std::ranges::any_of(node.items(), holds_any);
  }

  tree::Node carried(const tree::Node& node, tree::Document& into, Taken& taken) const {
    if (node.is(tree::Kind::attachment)) {
      const std::uint32_t index = node.attachment_index();
      const auto [at, fresh] = taken.try_emplace(index, 0);
      if (fresh)
        at->second = into.add_attachment(index < joined_.size() ? joined_[index]
                                                                : own_[index - joined_.size()]);
      return tree::Node::attachment(at->second, node.origin());
    }
    if (!holds_any(node)) return node;
    const auto slots = into.arena().array<tree::Node>(node.items().size());
    std::ranges::transform(node.items(), slots.begin(),
                           [&](const tree::Node& item) { return carried(item, into, taken); });
    return node.is(tree::Kind::array) ? tree::Node::array(slots, node.origin())
                                      : tree::Node::object(node.shape(), slots, node.origin());
  }

  std::span<const tree::Attachment> joined_;
  std::span<const tree::Attachment> own_;
};

}  // namespace

void Variables::set(std::string_view name, const tree::Node& value) {
  values_.insert_or_assign(std::string(name), bare(*owner_, value));
}

void Variables::set_text(std::string_view name, std::string_view value) {
  values_.insert_or_assign(std::string(name), owner_->text(value));
}

const tree::Node* Variables::find(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

std::vector<std::string_view> Variables::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : values_) out.push_back(name);
  return out;
}

namespace {

void prepare(const Plan& plan, const Variables& variables, tree::Arena& arena,
             fhirpath::Context& context, Coverage* coverage) {
  context.skip_empty_texts(empty_is_none(plan.from));
  context.set_model(plan.model.get());
  if (coverage != nullptr) context.record_codes(&coverage->codes);
  for (const Variable& variable : plan.variables) {
    const tree::Node* given = variables.find(variable.name);
    Collection value;
    value.add_node(given != nullptr ? *given : variable.value, arena);
    context.set(variable.slot, std::move(value));
  }
}

}  // namespace

Item apply_one(const Mapping& mapping, const tree::Document& input, const Variables& variables,
               Coverage* coverage) {
  const Plan& plan = mapping.plan();
  tree::Arena arena;
  fhirpath::Context context(input.files(), arena, plan.slots, plan.members);
  prepare(plan, variables, arena, context, coverage);
  Item item = new_item(mapping.shared_plan(), input.files());
  context.renew(item.document.files(), item.document.arena());
  if (input.root().is(tree::Kind::null)) return item;
  Runner(plan, context, coverage).run(Value::of(input.root()), item, Explain::yes);
  Attachments(nullptr, input).carry_into(item);
  return item;
}

std::vector<Item> apply(const Mapping& mapping, const tree::Document& batch, const Joins* joins,
                        const Variables& variables, Explain explain, Coverage* coverage) {
  const Plan& plan = mapping.plan();
  JoinedRows rows(joins, batch);
  tree::Arena arena;
  fhirpath::Context context(batch.files(), arena, plan.slots, plan.members);
  prepare(plan, variables, arena, context, coverage);
  Collection items;
  items.add_node(batch.root(), arena);
  context.set_resource(Collection::view(items.items()));
  std::vector<Item> out;
  if (plan.each) {
    items = plan.each->evaluate(context, context.resource());
    if (context.failed()) {
      out.push_back(new_item(mapping.shared_plan(), batch.files()));
      out.back().faults.push_back(*context.take_fault());
      return out;
    }
  }
  Runner runner(plan, context, coverage);
  const Attachments attachments(joins, batch);
  out.reserve(items.size());
  for (const Value& value : items) {
    Item& item = out.emplace_back(new_item(mapping.shared_plan(), rows.files()));
    context.renew(rows.files(), item.document.arena());
    const bool joined = joins != nullptr && value.is(fhirpath::Type::complex);
    const Value resource = joined ? Value::of(rows.with_lists(value.node())) : value;
    item.source = context.place_of(resource.origin());
    runner.run(resource, item, explain);
    attachments.carry_into(item);
  }
  return out;
}

}  // namespace charmille::mapping
