#include "gateway/mapping/runner.h"

#include <algorithm>

#include "gateway/base/catalogue.h"

namespace charmille::mapping {

using fhirpath::Collection;
using fhirpath::Value;
using tree::Kind;
using tree::Node;

class Runner::Step {
 public:
  Step(Runner& runner, std::string_view key) : runner_(runner), size_(runner.path_.size()) {
    if (!runner_.explains_) return;
    if (size_ != 0) runner_.path_ += '.';
    runner_.path_ += key;
  }
  Step(Runner& runner, std::size_t index) : runner_(runner), size_(runner.path_.size()) {
    if (runner_.explains_) runner_.path_ += '[' + std::to_string(index) + ']';
  }
  ~Step() { runner_.path_.resize(size_); }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  Runner& runner_;
  std::size_t size_;
};

void Runner::run(const Value& resource, Item& item, Explain explain) {
  item_ = &item;
  origin_ = resource.origin();
  explains_ = explain == Explain::yes;
  context_.record_reads(explains_ ? &reads_ : nullptr);
  context_.set_resource(resource);
  const Result result = rule(*plan_.root, Focus(&resource, 1));
  if (result) item.document.set_root(*result);
  item_ = nullptr;
}

namespace {

/// The expressions of a rule as they stand in the template.
std::string text_of(const Rule& rule) {
  std::string out;
  for (const Part& part : rule.parts) {
    if (!part.expression || rule.parts.size() == 1) {
      out += part.text;
      continue;
    }
    out += "{{" + std::string(part.text) + "}}";
  }
  return out;
}

}  // namespace

void Runner::gather(const Rule& rule, Fault fault) {
  if (fault.place.line == 0) fault.place = context_.place_of(origin_);
  fault.place.path = rule.path;
  item_->faults.push_back(std::move(fault));
}

Collection Runner::evaluate(const Rule& rule, const Part& part, Focus focus) {
  Collection out = part.expression->evaluate(context_, focus);
  if (context_.failed()) {
    Fault fault = *context_.take_fault();
    if (fault.code == "CH-PATH-044") touch(rule.origin);  // it did what it is there for
    gather(rule, std::move(fault));
    return {};
  }
  return out;
}

void Runner::forget_reads() {
  for (const tree::Origin read : reads_) item_->read.emplace(read.file, read.column);
  reads_.clear();
}

void Runner::explain(const Rule& rule, const Node& value) {
  if (!explains_) return;
  if (rule.kind == Rule::Kind::literal || !value.is(Kind::null)) touch(rule.origin);
  if (silent_ == 0) {
    Explained& out = item_->explained.emplace_back();
    out.path = path_;
    out.rule = plan_.document.place_of(rule.origin);
    out.expression = text_of(rule);
    out.value = value;
    // A value taken from a variable was read before: its own origin tells where.
    if (reads_.empty() && value.origin().line != 0) reads_.push_back(value.origin());
    for (const tree::Origin read : reads_) {
      const base::Place place = context_.place_of(read);
      if (std::ranges::find(out.sources, place) == out.sources.end()) out.sources.push_back(place);
    }
  }
  forget_reads();
}

Runner::Result Runner::rule(const Rule& r, Focus focus) {
  for (const auto& [slot, value] : r.assigns) assign(slot, *value, focus);
  switch (r.kind) {
    case Rule::Kind::literal:
      explain(r, r.literal);
      return r.literal;
    case Rule::Kind::single:
      return single(r, focus);
    case Rule::Kind::list:
      return list(r, focus);
    case Rule::Kind::joined:
      return joined(r, focus);
    case Rule::Kind::object:
      return r.whole ? whole_object(r, focus) : object(r, focus);
    case Rule::Kind::array:
      return array(r, focus);
    case Rule::Kind::choice:
      return choice(r, focus);
    case Rule::Kind::each:
    case Rule::Kind::context:
      return each(r, focus);
    case Rule::Kind::merge:
      return merge(r, focus);
  }
  return {};
}

void Runner::assign(std::uint32_t slot, const Rule& value, Focus focus) {
  ++silent_;
  if (value.kind == Rule::Kind::single && value.assigns.empty()) {
    // The usual case stays a value of FHIRPath: a date remains a date.
    const Collection all = evaluate(value, value.parts.front(), focus);
    if (!all.empty()) touch(value.origin);
    context_.set(slot, all.empty() ? Collection{} : Collection(all.front()));
  } else if (value.kind == Rule::Kind::list && value.assigns.empty()) {
    Collection all = evaluate(value, value.parts.front(), focus);
    if (!all.empty()) touch(value.origin);
    context_.set(slot, std::move(all));
  } else {
    Collection kept;
    if (const Result result = rule(value, focus)) {
      const auto node = context_.arena().array<Node>(1);
      node[0] = *result;
      kept.add_node(node[0], context_.arena());
    }
    context_.set(slot, std::move(kept));
  }
  --silent_;
  forget_reads();
}

Runner::Result Runner::single(const Rule& r, Focus focus) {
  const Part& part = r.parts.front();
  if (!explains_)
    if (const Node* plain = part.expression->plain_node(context_, focus)) {
      if (plain->is(Kind::boolean)) return *plain;
      // A result outlives the batch.
      const std::string_view chars = context_.arena().copy(plain->chars());
      return plain->is(Kind::text) ? Node::text(chars, plain->origin())
                                   : Node::number(chars, plain->origin());
    }
  const Collection all = evaluate(r, part, focus);
  Node out = Node::null();
  if (!all.empty()) {
    out = all.front().to_node(item_->document);
    const bool hollow = (out.is(Kind::object) || out.is(Kind::array)) && out.items().empty();
    if (hollow) out = Node::null();
  }
  if (out.is(Kind::null) && !part.keep_null) {
    forget_reads();
    return {};
  }
  explain(r, out);
  return out;
}

Runner::Result Runner::list(const Rule& r, Focus focus) {
  const Collection all = evaluate(r, r.parts.front(), focus);
  const std::size_t base = items_.size();
  for (const Value& value : all) {
    const Node node = value.to_node(item_->document);
    if (!node.is(Kind::object) || !node.items().empty()) items_.push_back(node);
  }
  const Result out = take_items(base);
  if (out) explain(r, *out);
  forget_reads();
  return out;
}

Runner::Result Runner::joined(const Rule& r, Focus focus) {
  std::string text;
  tree::Origin origin;
  bool kept = false;
  bool lost = false;
  for (const Part& part : r.parts) {
    if (!part.expression) {
      text += part.text;
      continue;
    }
    const Collection all = evaluate(r, part, focus);
    if (all.empty()) {
      (part.keep_null ? kept : lost) = true;
      continue;
    }
    const auto chars = all.front().to_text(context_.arena());
    if (!chars) {
      gather(r, fault("CH-MAP-030", context_.place_of(all.front().origin()),
                      {{"rule", base::describe(part.expression->place())}}));
      continue;
    }
    text += *chars;
    if (origin.line == 0) origin = all.front().origin();
  }
  if (lost || kept) {
    if (lost) forget_reads();
    if (lost) return {};
    explain(r, Node::null());
    return Node::null();
  }
  const Node out = item_->document.text(text, origin);
  explain(r, out);
  return out;
}

Runner::Result Runner::whole_object(const Rule& r, Focus focus) {
  // Usually every member is there: the object then shares the shape made at load.
  const auto slots = context_.arena().array<Node>(r.members.size());
  std::size_t present = 0;
  std::vector<std::size_t> absent;
  for (std::size_t i = 0; i < r.members.size(); ++i) {
    const Step step(*this, r.members[i].key);
    const Result value = rule(*r.members[i].rule, focus);
    if (value)
      slots[present++] = *value;
    else
      absent.push_back(i);
  }
  if (present == 0) return {};
  if (absent.empty()) return Node::object(r.shape, slots, origin_);
  const auto keys = context_.arena().array<std::string_view>(present);
  std::size_t next = 0;
  for (std::size_t i = 0, at = 0; i < r.members.size(); ++i) {
    if (next < absent.size() && absent[next] == i) {
      ++next;
      continue;
    }
    keys[at++] = r.members[i].key;
  }
  const auto shape = context_.arena().array<tree::Shape>(1);
  shape[0] = tree::Shape(keys);
  return Node::object(shape[0], slots.first(present), origin_);
}

Runner::Result Runner::object(const Rule& r, Focus focus) {
  const std::size_t base = members_.size();
  for (const Rule::Member& member : r.members) {
    if (member.splice) {
      splice(*member.rule, rule(*member.rule, focus), base);
      continue;
    }
    const Step step(*this, member.key);
    if (const Result value = rule(*member.rule, focus)) put(member.key, *value, base);
  }
  return take_members(base);
}

void Runner::splice(const Rule& r, const Result& result, std::size_t base) {
  if (!result || result->is(Kind::null)) return;
  if (!result->is(Kind::object)) {
    gather(r, fault("CH-MAP-031", context_.place_of(result->origin()),
                    {{"rule", base::describe(plan_.document.place_of(r.origin))}}));
    return;
  }
  for (std::size_t i = 0; i < result->items().size(); ++i)
    put(result->key(i), result->items()[i], base);
}

void Runner::put(std::string_view key, const Node& value, std::size_t base) {
  const auto first = members_.begin() + static_cast<std::ptrdiff_t>(base);
  const auto known =
      std::find_if(first, members_.end(), [&](const auto& member) { return member.first == key; });
  if (known != members_.end())
    known->second = value;
  else
    members_.emplace_back(key, value);
}

Runner::Result Runner::take_members(std::size_t base) {
  const std::size_t count = members_.size() - base;
  if (count == 0) return {};
  const auto keys = context_.arena().array<std::string_view>(count);
  const auto slots = context_.arena().array<Node>(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = members_[base + i].first;
    slots[i] = members_[base + i].second;
  }
  members_.resize(base);
  const auto shape = context_.arena().array<tree::Shape>(1);
  shape[0] = tree::Shape(keys);
  return Node::object(shape[0], slots, origin_);
}

void Runner::push_item(const Node& value) {
  if (!value.is(Kind::array)) return items_.push_back(value);
  for (const Node& item : value.items()) push_item(item);
}

Runner::Result Runner::take_items(std::size_t base) {
  if (items_.size() == base) return {};
  const auto kept = context_.arena().array<Node>(items_.size() - base);
  std::copy(items_.begin() + static_cast<std::ptrdiff_t>(base), items_.end(), kept.begin());
  items_.resize(base);
  return Node::array(kept, kept.front().origin());
}

Runner::Result Runner::array(const Rule& r, Focus focus) {
  const std::size_t base = items_.size();
  for (const RulePtr& body : r.bodies) {
    const Step step(*this, items_.size() - base);
    if (const Result value = rule(*body, focus)) push_item(*value);
  }
  return take_items(base);
}

Runner::Result Runner::each(const Rule& r, Focus focus) {
  const Collection all = evaluate(r, r.parts.front(), focus);
  if (!all.empty()) touch(r.origin);
  forget_reads();
  const std::size_t base = items_.size();
  std::int64_t index = 0;
  for (const Value& item : all) {
    if (r.item_slot != fhirpath::Scope::npos) context_.set(r.item_slot, item);
    if (r.index_slot != fhirpath::Scope::npos) context_.set(r.index_slot, Value::integer(index++));
    const Step step(*this, items_.size() - base);
    const tree::Origin outer = origin_;
    if (item.origin().line != 0) origin_ = item.origin();
    const Focus inner = r.kind == Rule::Kind::context ? Focus(&item, 1) : focus;
    if (const Result value = rule(*r.bodies.front(), inner)) push_item(*value);
    origin_ = outer;
  }
  return take_items(base);
}

Runner::Result Runner::choice(const Rule& r, Focus focus) {
  const std::size_t before = item_->faults.size();
  const Collection condition = evaluate(r, r.parts.front(), focus);
  forget_reads();
  if (item_->faults.size() != before) return {};
  if (condition.size() > 1) {
    gather(r, fault("CH-MAP-032", context_.place_of(condition.front().origin()),
                    {{"rule", base::describe(plan_.document.place_of(r.origin))}}));
    return {};
  }
  // As in FHIRPath, one item that is no boolean counts as true.
  const bool holds = !condition.empty() && (!condition.front().is(fhirpath::Type::boolean) ||
                                            condition.front().boolean());
  if (!holds && r.bodies.size() == 1) return {};
  touch(holds ? r.origin : r.other);
  return rule(*r.bodies[holds ? 0 : 1], focus);
}

Runner::Result Runner::merge(const Rule& r, Focus focus) {
  const std::size_t base = members_.size();
  for (const RulePtr& body : r.bodies) {
    const Result part = rule(*body, focus);
    // A loop or a context block gives a list of objects: merged like those of a list.
    if (part && part->is(Kind::array))
      for (const Node& item : part->items()) splice(*body, item, base);
    else
      splice(*body, part, base);
  }
  return take_members(base);
}

}  // namespace charmille::mapping
