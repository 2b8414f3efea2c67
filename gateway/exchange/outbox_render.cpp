// What one destination gets of one child: policy, mapping, and the search for secrets.
#include <algorithm>

#include "gateway/exchange/outbox.h"
#include "gateway/policy/matrix.h"

namespace charmille::exchange {
namespace {

/// Nothing that leaves holds a secret; else CH-POL-010 to -013. No setting and no person overrides
/// it.
Result<void> judge(const policy::Scanner& scanner, const policy::ScanResult& found) {
  if (auto held = scanner.fault_of(found)) return fail(std::move(*held));
  return {};
}

/// An archive of documents is as large as they are, and takes its time.
policy::ScanLimits limits_for(std::uint64_t size) {
  policy::ScanLimits limits;
  limits.total = std::max(limits.total, 4 * size);
  limits.members = 0xFFFF;
  limits.time += std::chrono::seconds(size >> 20U);
  return limits;
}

std::uint64_t size_of_documents(const std::vector<tree::Document>& results) {
  std::uint64_t size = 0;
  for (const tree::Document& result : results)
    for (const tree::Attachment& attachment : result.attachments()) size += attachment.bytes.size();
  return size;
}

Result<void> scan(const Rendering& rendering) {
  if (rendering.secrets.empty()) return {};
  const policy::Scanner scanner(rendering.secrets, limits_for(size_of_documents(rendering.results)),
                                rendering.cleared);
  for (const tree::Document& result : rendering.results) {
    const auto found = scanner.scan(result);
    if (!found) return fail(found.error());
    if (auto clear = judge(scanner, *found); !clear) return clear;
  }
  return {};
}

/// The result with its attachments named by what they hold: for digests.
tree::Node named(const tree::Node& node, const tree::Document& result, const Contents& contents,
                 tree::Document& into, policy::Cleared& seen) {
  if (node.is(tree::Kind::attachment)) {
    const std::string_view digest =
        digest_of(contents, result.attachments()[node.attachment_index()]);
    seen.emplace(digest);
    return into.object({{"sha256", into.text(digest)}});
  }
  if (!node.is(tree::Kind::array) && !node.is(tree::Kind::object)) return node;
  std::vector<tree::Node> items;
  for (const tree::Node& item : node.items())
    items.push_back(named(item, result, contents, into, seen));
  if (node.is(tree::Kind::array)) return into.array(items);
  std::vector<tree::Document::Member> members;
  for (std::size_t i = 0; i < items.size(); ++i) members.emplace_back(node.key(i), items[i]);
  return into.object(members);
}

}  // namespace

Result<void> scan_leaving(std::vector<policy::Secret> secrets, const policy::Cleared& cleared,
                          const adapters::Prepared& prepared) {
  if (secrets.empty()) return {};
  const policy::Scanner scanner(std::move(secrets), limits_for(prepared.payload.size()), cleared);
  const auto found = scanner.scan(prepared.payload, prepared.content_type);
  if (!found) return fail(found.error());
  if (auto clear = judge(scanner, *found); !clear) return clear;
  for (const auto& [name, value] : prepared.ids)
    if (auto clear = judge(scanner, scanner.scan_name(value)); !clear) return clear;
  return {};
}

Result<Rendering> Outbox::render(const DestinationPlan& plan, const ChangedChild& child,
                                 const std::string& change, const config::Variables& more,
                                 const store::Unit* unit) const {
  const tree::Document& record = *child.record;
  const std::string today = today_of(context_);
  Rendering rendering;
  const auto wanted = lets_go(plan.only, record);
  if (!wanted) return fail(wanted.error());
  Family family;
  if (!policy::may_know_place(plan.addressee.kind)) {
    auto found = family_of(context_, record.root(), child.sibling, today);
    if (!found) return fail(found.error());
    family = std::move(*found);
    if (child.hidden != nullptr && child.hidden->touch(record.root(), today)) family.unknown = true;
  }
  Contents contents;
  if (record.root().find("documents") != nullptr &&
      policy::reach_of(plan.addressee.kind, "documents") != policy::Reach::never) {
    auto found = contents_of(context_, *child.child, unit);
    if (!found) return fail(found.error());
    contents = std::move(*found);
    rendering.cleared = cleared_for(contents, plan.addressee.kind);
  }
  const bool gives = !contents.empty() && plan.mapping->mentions_member("content");
  const std::optional<tree::Document> full =
      gives ? std::optional(with_contents(record, contents)) : std::nullopt;
  rendering.projection = policy::project(full ? *full : record, plan.addressee, plan.policy,
                                         *wanted, family.shares_secret_place(), rendering.cleared,
                                         today, plan.mapping->mentions_member("securityLabels"));
  if (!rendering.projection.document) return rendering;
  rendering.secrets = policy::secrets_of(record.root(), plan.addressee.kind, 0, today);
  for (const tree::Document& one : family.hidden)
    std::ranges::move(policy::secrets_of(one.root(), plan.addressee.kind, 0, today),
                      std::back_inserter(rendering.secrets));
  // What is compared does not depend on whether the destination knew the child before.
  auto results = translate(plan, *rendering.projection.document, "changed", more);
  if (!results) return fail(results.error());
  rendering.results = std::move(*results);
  if (auto clear = scan(rendering); !clear) return fail(clear.error());
  rendering.digest = digest_of_results(plan, rendering, contents);
  if (change != "changed" && plan.mapping->mentions_variable("change")) {
    results = translate(plan, *rendering.projection.document, change, more);
    if (!results) return fail(results.error());
    rendering.results = std::move(*results);
    if (auto clear = scan(rendering); !clear) return fail(clear.error());
  }
  return rendering;
}

/// What the destination's mapping makes of a projection.
Result<std::vector<tree::Document>> Outbox::translate(const DestinationPlan& plan,
                                                      const tree::Document& projection,
                                                      const std::string& change,
                                                      const config::Variables& more) const {
  mapping::Variables variables = variables_of(plan.config->vars);
  for (const auto& [name, value] : more) variables.set_text(name, value);
  variables.set_text("route", plan.route->name);
  variables.set_text("change", change);
  std::vector<tree::Document> results;
  for (mapping::Item& item : mapping::apply(*plan.mapping, projection, nullptr, variables)) {
    if (!item.faults.empty()) return fail(item.faults.front());
    if (!item.document.root().is(tree::Kind::null)) results.push_back(std::move(item.document));
  }
  return results;
}

/// Notes the contents that the results hold.
std::string Outbox::digest_of_results(const DestinationPlan& plan, Rendering& rendering,
                                      const Contents& contents) const {
  tree::Document scratch;
  const auto plain = [&](const tree::Document& document) {
    return document.attachments().empty()
               ? document.root()
               : named(document.root(), document, contents, scratch, rendering.contents);
  };
  std::string canonical;
  for (const tree::Document& result : rendering.results)
    canonical += codec::write_canonical_json(plain(result)) + '\n';
  if (!rendering.projection.ended.empty())
    canonical = policy::held_then(plain(*rendering.projection.document));
  return context_.vault.digest("projection|" + plan.key, canonical);
}

}  // namespace charmille::exchange
