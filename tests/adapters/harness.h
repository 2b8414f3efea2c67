// What the tests of adapters share: an intake that keeps what it was given, and settings made from
// a tree.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "adapters/adapter.h"
#include "gateway/codec/codec.h"
#include "tests/unit/net/harness.h"

namespace charmille::adapters::testing_harness {

using namespace charmille::net::testing;

/// Takes everything, unless `next_fault` says otherwise; equal keys are `already`.
class MemoryIntake final : public Intake {
 public:
  Task<Accepted> accept(Arrival arrival, Deadline) override {
    const std::lock_guard lock(mutex_);
    ++offers_;
    if (auto refused = refuse_ ? refuse_(arrival) : std::nullopt)
      co_return fail(std::move(*refused));
    auto body = arrival.payload.bytes(64ULL << 20);
    if (!body) co_return fail(body.error());
    Accepted accepted;
    accepted.already = !arrival.metadata.idempotency_key.empty() &&
                       !keys_.insert(arrival.metadata.idempotency_key).second;
    accepted.exchange.bytes[15] = static_cast<std::uint8_t>(offers_);
    if (!accepted.already) {
      kept_[accepted.exchange] = {base::Payload(*body), arrival.metadata.content_type,
                                  arrival.metadata.correlation};
      for (const Name& name : arrival.names)
        names_.emplace_back(name.value, Named{accepted.exchange, name.part});
      taken_.emplace_back(arrival.metadata, std::move(*body));
      keep(arrival.state);
    }
    co_return accepted;
  }
  Task<std::optional<Settlement>> settled(base::Uuid exchange, Deadline) override {
    std::optional<Settlement> out = settlement_;
    if (out) out->exchange = exchange;
    co_return out;
  }
  Task<void> receipt(Receipt, Deadline) override { co_return Result<void>{}; }
  Task<std::vector<Named>> find(std::string name, Deadline) override {
    const std::lock_guard lock(mutex_);
    std::vector<Named> found;
    for (const auto& [known, named] : names_)
      if (known == name) found.insert(found.begin(), named);
    co_return found;
  }
  Task<std::optional<Kept>> open(base::Uuid exchange, Deadline) override {
    const std::lock_guard lock(mutex_);
    const auto at = kept_.find(exchange);
    if (at == kept_.end()) co_return std::optional<Kept>{};
    co_return std::optional<Kept>(at->second);
  }
  Task<void> shown(base::Uuid, Deadline) override { co_return Result<void>{}; }
  Task<void> searched(Deadline) override { co_return Result<void>{}; }
  Task<void> refused(std::string, Deadline) override { co_return Result<void>{}; }
  Task<void> remember(AdapterState state, Deadline) override {
    const std::lock_guard lock(mutex_);
    keep(state);
    co_return Result<void>{};
  }
  Task<Pairs> recall() override {
    const std::lock_guard lock(mutex_);
    co_return Pairs(state_.begin(), state_.end());
  }

  void refuse_when(std::function<std::optional<Fault>(const Arrival&)> rule) {
    const std::lock_guard lock(mutex_);
    refuse_ = std::move(rule);
  }
  void settle_with(Settlement settlement) { settlement_ = std::move(settlement); }
  std::vector<std::pair<Metadata, std::string>> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  /// What the adapter has asked to be remembered.
  std::map<std::string, std::string> state() {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  std::size_t offers() {
    const std::lock_guard lock(mutex_);
    return offers_;
  }

 private:
  void keep(const AdapterState& state) {
    for (const auto& [key, value] : state.put) state_.insert_or_assign(key, value);
    for (const auto& key : state.erase) state_.erase(key);
  }

  std::mutex mutex_;
  std::map<std::string, std::string> state_;
  std::vector<std::pair<Metadata, std::string>> taken_;
  std::vector<std::pair<std::string, Named>> names_;
  std::map<base::Uuid, Kept> kept_;
  std::set<std::string> keys_;
  std::size_t offers_ = 0;
  std::function<std::optional<Fault>(const Arrival&)> refuse_;
  std::optional<Settlement> settlement_;
};

/// An endpoint's settings, as if they had been written and checked.
class Settings {
 public:
  explicit Settings(Loop& loop) : loop_(loop) {}
  Settings& text(std::string_view name, std::string_view value) {
    members_.emplace_back(keep(name), document_.text(value));
    return *this;
  }
  Settings& list(std::string_view name, std::initializer_list<std::string_view> values) {
    std::vector<tree::Node> items;
    for (const auto value : values) items.push_back(document_.text(value));
    members_.emplace_back(keep(name), document_.array(items));
    return *this;
  }
  Settings& integer(std::string_view name, std::int64_t value) {
    members_.emplace_back(keep(name), document_.integer(value));
    return *this;
  }
  Settings& boolean(std::string_view name, bool value) {
    members_.emplace_back(keep(name), tree::Node::boolean(value));
    return *this;
  }
  Settings& object(std::string_view name, std::string_view key, std::string_view value) {
    const tree::Document::Member member{key, document_.text(value)};
    members_.emplace_back(keep(name), document_.object(std::span(&member, 1)));
    return *this;
  }
  /// A value of any kind, as JSON.
  Settings& json(std::string_view name, std::string_view value) {
    members_.emplace_back(keep(name), codec::read_own_json(document_, value).value());
    return *this;
  }
  Setting get(const base::Clock& clock = base::system_clock()) {
    node_ = document_.object(std::span<const tree::Document::Member>(members_));
    return Setting{"endpoint",           "/", document_, node_, loop_.executor(), clock,
                   base::system_random()};
  }
  /// Faults of these settings against the specification.
  std::vector<base::Fault> check(const tree::Spec& spec) {
    const Setting setting = get();
    return tree::check(document_, setting.node, spec.fields, "endpoint");
  }

 private:
  std::string_view keep(std::string_view name) { return document_.text(name).chars(); }

  Loop& loop_;
  tree::Document document_;
  std::vector<tree::Document::Member> members_;
  tree::Node node_;
};

template <class Check>
bool soon(Check check, std::chrono::milliseconds limit = 5000ms) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (check()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return check();
}

}  // namespace charmille::adapters::testing_harness
