#include "gateway/exchange/clearing.h"

#include <algorithm>
#include <set>

#include "gateway/base/bytes.h"
#include "gateway/exchange/documents.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/telling.h"
#include "gateway/policy/matrix.h"
#include "gateway/record/edit.h"

namespace charmille::exchange {

namespace asio = boost::asio;
using record::text_at;

namespace {

constexpr std::uint32_t page_size = 1000;

/// Whether documents of these recipients wait for a person at all.
bool keeps_from(config::Recipient kind) {
  return !policy::may_know_place(kind) &&
         policy::reach_of(kind, "documents") != policy::Reach::never;
}

/// CH-EXC-042.
Result<void> check_kinds(const std::vector<std::string>& kinds) {
  std::string known;
  for (const std::string_view name : config::recipient_names())
    if (const auto kind = config::parse_recipient(name); kind && keeps_from(*kind))
      known += (known.empty() ? "" : ", ") + std::string(name);
  if (kinds.empty()) return fail("CH-EXC-042", {}, {{"recipient", ""}, {"kinds", known}});
  for (const std::string& name : kinds)
    if (const auto kind = config::parse_recipient(name); !kind || !keeps_from(*kind))
      return fail("CH-EXC-042", {}, {{"recipient", name}, {"kinds", known}});
  return {};
}

std::vector<store::Bytes> decided(const std::vector<store::Bytes>& before,
                                  const std::vector<std::string>& kinds, ClearAct act) {
  std::set<store::Bytes> now(before.begin(), before.end());
  for (const std::string& kind : kinds)
    if (act == ClearAct::clear) {
      now.insert(kind);
    } else {
      now.erase(kind);
    }
  return {now.begin(), now.end()};
}

events::Leaf leaf_of(const store::DocumentRow& document, const std::vector<std::string>& kinds,
                     ClearAct act, const events::Person& person, const Context& context) {
  const auto event =
      act == ClearAct::clear ? merkle::Event::admin_clear : merkle::Event::admin_withhold;
  events::Leaf leaf = events::person(event, person, {}, context);
  leaf.subj = events::subject_of(document.child, context);
  crypto::Digest digest{};
  std::copy_n(document.sha256.begin(), std::min(document.sha256.size(), digest.size()),
              digest.begin());
  leaf.obj.push_back({"document", {}, {}, {}, document.size, digest, {}});
  leaf.detail.emplace_back(merkle::DetailKey::to, kinds);
  return leaf;
}

/// Kinds of configured destinations from which secret places are kept.
std::set<config::Recipient> outsiders(const Site& site) {
  std::set<config::Recipient> kinds;
  for (const RoutePlan& route : site.routes)
    for (const DestinationPlan& to : route.to)
      if (keeps_from(to.addressee.kind)) kinds.insert(to.addressee.kind);
  return kinds;
}

}  // namespace

Result<void> Clearing::add_documents(const LinkedChild& child, bool all,
                                     std::vector<KnownDocument>& into) const {
  const auto record = load_record(context_, child);
  if (!record) return fail(record.error());
  const auto documents = record::items_at(record->root(), "documents");
  if (documents.empty()) return {};
  const auto contents = contents_of(context_, child, nullptr);
  if (!contents) return fail(contents.error());
  const std::string today = today_of(context_);
  bool secret = policy::place_is_secret(record->root(), today);
  if (!secret) {
    const auto family = family_of(context_, record->root(), nullptr, today);
    if (!family) return fail(family.error());
    secret = family->shares_secret_place();
  }
  for (const tree::Node& item : documents) {
    KnownDocument known{child.head().id,
                        std::string(text_at(item, "sha256")),
                        std::string(text_at(item, "section")),
                        std::string(text_at(item, "mime")),
                        std::string(text_at(item, "date")),
                        false,
                        {},
                        {}};
    const auto content = contents->find(known.sha256);
    known.kept = content != contents->end();
    if (known.kept)
      known.cleared.assign(content->second.cleared.begin(), content->second.cleared.end());
    for (const config::Recipient kind : outsiders(*context_.site)) {
      const std::string name(config::name_of(kind));
      const bool let_go = std::ranges::find(known.cleared, name) != known.cleared.end();
      if (secret && !let_go && policy::may_have_document(kind, known.section))
        known.held.push_back(name);
    }
    if (all || !known.held.empty() || !known.cleared.empty()) into.push_back(std::move(known));
  }
  return {};
}

Result<std::vector<KnownDocument>> Clearing::list(const std::optional<base::Uuid>& one) const {
  std::vector<KnownDocument> found;
  if (one) {
    const auto child = linked_child(context_.store, *one, Ties::all);
    if (!child) return fail(child.error());
    if (!*child || (*child)->head().key.empty()) return fail("CH-EXC-024");
    if (auto added = add_documents(**child, true, found); !added) return fail(added.error());
    return found;
  }
  base::Uuid after;
  for (;;) {
    const auto page =
        context_.store.children(context_.site->config->organisation.id, after, page_size);
    if (!page) return fail(page.error());
    for (const store::ChildRow& row : *page) {
      const auto child = linked_child(context_.store, row.id, Ties::all);
      if (!child) return fail(child.error());
      // Several rows of one child lead here: it is shown once.
      if (!*child || (*child)->head().id != row.id || row.key.empty()) continue;
      if (auto added = add_documents(**child, false, found); !added) return fail(added.error());
    }
    if (page->size() < page_size) return found;
    after = page->back().id;
  }
}

asio::awaitable<Result<ClearOutcome>> Clearing::decide(std::string sha256,
                                                       std::vector<std::string> kinds, ClearAct act,
                                                       events::Person person) {
  for (int attempt = 1;; ++attempt) {
    auto done = co_await decide_once(sha256, kinds, act, person);
    if (done || !changed_meanwhile(done.error()) || attempt == most_computations) co_return done;
  }
}

asio::awaitable<Result<ClearOutcome>> Clearing::decide_once(const std::string& sha256,
                                                            const std::vector<std::string>& kinds,
                                                            ClearAct act, events::Person person) {
  if (auto checked = check_kinds(kinds); !checked) co_return fail(checked.error());
  const auto digest = base::from_hex(sha256);
  if (!digest) co_return fail("CH-EXC-040");
  auto documents = context_.store.documents_with(*digest);
  if (!documents) co_return fail(documents.error());
  if (documents->empty()) co_return fail("CH-EXC-040");

  Undertaking undertaking(context_, lanes_);
  Work& work = undertaking.work;
  store::Exchange cause;
  cause.flow = base::uuid_v7(context_.clock.now(), context_.random);
  cause.organisation = context_.site->config->organisation.id;
  std::vector<LinkedChild> children;
  for (const store::DocumentRow& document : *documents) {
    auto child = linked_child(context_.store, document.child, Ties::all);
    if (!child) co_return fail(child.error());
    if (!*child) continue;
    for (const store::ChildRow& row : (*child)->rows)
      work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
    work.unit.writes.emplace_back(store::ClearDocument{document.child, document.sha256,
                                                       decided(document.cleared, kinds, act)});
    work.unit.audit.push_back(leaf_of(document, kinds, act, person, context_));
    if (std::ranges::none_of(children,
                             [&](const auto& one) { return one.holds((*child)->head().id); }))
      children.push_back(std::move(**child));
  }
  for (const LinkedChild& child : children)
    if (auto told = tell(child, Ties::all, kinds, act, cause, work); !told)
      co_return fail(told.error());
  if (context_.site->tells_health()) {
    std::set<base::Uuid> heads;
    for (const store::DocumentRow& document : *documents) {
      auto child = linked_child(context_.store, document.child, Ties::certain);
      if (!child) co_return fail(child.error());
      if (!*child || !heads.insert((*child)->head().id).second) continue;
      if (auto told = tell(**child, Ties::certain, kinds, act, cause, work); !told)
        co_return fail(told.error());
    }
  }
  ClearOutcome outcome;
  outcome.children = children.size();
  outcome.told = told_in(work.unit, cause.flow);
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return outcome;
}

/// What these kinds of recipients get of the child from now on.
Result<void> Clearing::tell(const LinkedChild& child, Ties ties,
                            const std::vector<std::string>& kinds, ClearAct act,
                            const store::Exchange& cause, Work& work) {
  const auto record = load_record(context_, child);
  if (!record) return fail(record.error());
  const auto concerned = [&](const DestinationPlan& to) {
    return std::ranges::find(kinds, config::name_of(to.addressee.kind)) != kinds.end();
  };
  const Decided decided{&child, &*record, nullptr, act == ClearAct::withhold};
  return tell_decided(context_, outbox_, decided, ties, cause, concerned, work);
}

}  // namespace charmille::exchange
