#include "gateway/exchange/preview.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/base/uuid.h"
#include "gateway/crypto/digest.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/lot_keeper.h"
#include "gateway/exchange/lots.h"

namespace charmille::exchange {
namespace {

bool is_told(const DestinationPlan& plan) {
  return plan.config->trigger != config::Trigger::schedule;
}

std::string patterns_of(const config::Lot& lot) {
  std::string all;
  for (const config::LotFile& file : lot.files)
    all += (all.empty() ? "" : ", ") + file.pattern.text();
  return all;
}

}  // namespace

PreviewRoute::Destination& PreviewRoute::at(const DestinationPlan& plan) {
  const auto known = std::ranges::find_if(destinations, [&](const Destination& one) {
    return one.endpoint == plan.endpoint->name && one.mapping == plan.config->mapping;
  });
  if (known != destinations.end()) return *known;
  Destination fresh{plan.endpoint->name, plan.config->mapping, plan.config->mode};
  if (const auto& limit = plan.config->max_change)
    fresh.limit = std::to_string(limit->value) + (limit->percent ? "%" : "");
  return destinations.emplace_back(std::move(fresh));
}

Result<ImportJob> job_of(const Context& context, const std::string& endpoint,
                         std::vector<GivenFile> files) {
  const auto& endpoints = context.site->config->endpoints;
  const auto source = endpoints.find(endpoint);
  if (source == endpoints.end() || source->second.direction != config::Direction::source ||
      files.empty())
    return fail("CH-API-010");
  std::vector<Part> parts;
  std::set<std::string> lots;
  for (GivenFile& file : files) {
    Part part;
    part.exchange.created = part.exchange.updated = context.clock.now();
    part.exchange.id = part.exchange.flow = base::uuid_v7(part.exchange.created, context.random);
    part.exchange.number = parts.size() + 1;
    part.exchange.organisation = context.site->config->organisation.id;
    part.exchange.partner = source->second.partner;
    part.exchange.endpoint = endpoint;
    if (source->second.lot) {
      const auto place = match(*source->second.lot, file.name);
      if (!place)
        return fail("CH-EXC-014", {file.name, 0, 0, {}},
                    {{"endpoint", endpoint}, {"patterns", patterns_of(*source->second.lot)}});
      part.exchange.lot_file = place->file;
      if (!place->key.empty()) lots.insert(place->key);
    }
    const auto bytes = file.payload.bytes(file.payload.size());
    if (!bytes) return fail(bytes.error());
    const std::string sha256 = base::to_hex(crypto::sha256(*bytes));
    part.opened = {std::move(file.payload), nullptr, sha256, {}};
    part.opened.beside.name = std::move(file.name);
    parts.push_back(std::move(part));
  }
  if (lots.size() > 1)
    return fail("CH-EXC-015", {},
                {{"endpoint", endpoint}, {"first", *lots.begin()}, {"last", *lots.rbegin()}});
  for (Part& part : parts) part.exchange.lot = lots.empty() ? std::string() : *lots.begin();
  return job_of_parts(context, std::move(parts));
}

Result<void> count_differences(const Outbox& outbox, const RoutePlan& route,
                               const ChangedChild& child, Ties ties, PreviewRoute& into) {
  for (const DestinationPlan& plan : route.to) {
    if (!is_told(plan) || ties_for(plan) != ties) continue;
    const auto difference = outbox.difference(plan, child);
    if (!difference) return fail(difference.error());
    PreviewRoute::Destination& at = into.at(plan);
    switch (*difference) {
      case Outbox::Difference::fresh:
        ++at.fresh;
        break;
      case Outbox::Difference::changed:
        ++at.changed;
        break;
      case Outbox::Difference::same:
        ++at.same;
        break;
      case Outbox::Difference::withheld:
        ++at.withheld;
        break;
    }
  }
  return {};
}

Result<Preview> Importer::preview(const std::string& endpoint, std::vector<GivenFile> files) const {
  const auto& endpoints = context_.site->config->endpoints;
  const auto source = endpoints.find(endpoint);
  const bool lot = source != endpoints.end() && source->second.lot.has_value();
  Preview out;
  out.already_done = !files.empty();
  for (const RoutePlan* route : context_.site->routes_from(endpoint))
    out.routes.emplace_back(PreviewRoute{route->config->name});
  if (lot) {
    if (auto done = preview_job(endpoint, std::move(files), out); !done) return fail(done.error());
  } else {
    // Each is a payload of its own.
    for (GivenFile& file : files) {
      std::vector<GivenFile> one;
      one.push_back(std::move(file));
      if (auto done = preview_job(endpoint, std::move(one), out); !done) return fail(done.error());
    }
  }
  std::size_t number = 0;
  for (const RoutePlan* route : context_.site->routes_from(endpoint))
    if (auto judged = judge_floods(*route, lot, out.routes[number++]); !judged)
      return fail(judged.error());
  return out;
}

/// Where max-change would hold what the import made.
Result<void> Importer::judge_floods(const RoutePlan& route, bool lot, PreviewRoute& into) const {
  for (const DestinationPlan& plan : route.to) {
    if (!is_told(plan)) continue;
    PreviewRoute::Destination& at = into.at(plan);
    const auto known = context_.store.known_children(plan.key);
    if (!known) return fail(known.error());
    at.known = *known;
    // Changes of a single payload leave one by one: nobody counts them.
    const bool counted = lot || plan.config->trigger != config::Trigger::change;
    at.flood = counted && is_flood(plan, at.fresh + at.changed, *known);
  }
  return {};
}

Result<void> Importer::preview_job(const std::string& endpoint, std::vector<GivenFile> files,
                                   Preview& into) const {
  auto job = job_of(context_, endpoint, std::move(files));
  if (!job) return fail(job.error());
  Report report = new_report(*job);
  if (const auto& source = context_.site->config->endpoints.at(endpoint); source.lot) {
    std::vector<store::Exchange> given;
    for (const Part& part : job->parts) given.push_back(part.exchange);
    into.missing = judge(*source.lot, state_of(given), context_.clock.now()).missing;
    const auto last = context_.store.last_lot(endpoint, job->lead().lot);
    if (!last) return fail(last.error());
    report.already_done = *last && (*last)->digest == job->lot_digest;
  }
  const std::vector<const RoutePlan*> routes = context_.site->routes_from(endpoint);
  std::vector<std::unique_ptr<ChildReader>> readers;
  for (const RoutePlan* route : routes) {
    auto reader = ChildReader::open(context_, *route, job->parts, variables_of(*job, *route));
    if (!reader) return fail(reader.error());
    if (auto checked = (*reader)->check(report); !checked) return fail(checked.error());
    readers.push_back(std::move(*reader));
  }
  if (auto judged = judge_number(*job, readers, report); !judged) return judged;
  into.already_done = into.already_done && report.already_done;
  auto missing = judge_missing(*job, readers);
  if (!missing) return fail(missing.error());
  if (*missing) into.faults.push_back(std::move(**missing));
  for (std::size_t i = 0; i < routes.size(); ++i) {
    ImportPlan plan = plan_of(*job, *routes[i], *readers[i]);
    plan.preview = &into.routes[i];
    if (auto done = preview_children(plan, *readers[i], into.faults); !done) return done;
  }
  return {};
}

Result<void> Importer::preview_children(const ImportPlan& plan, ChildReader& reader,
                                        std::vector<Fault>& faults) const {
  for (;;) {
    auto children = reader.next();
    if (!children) return fail(children.error());
    if (children->empty()) return {};
    for (const ReadChild& child : *children)
      if (auto done = preview_child(plan, child, faults); !done) return done;
  }
}

/// Whether an earlier record was of this child: what that one says is not in the store, so that
/// they cannot be compared, and the import would make one child of both.
bool Importer::is_counted(const ImportPlan& plan, const ReadChild& child) const {
  std::vector<std::string> lookups;
  for (const record::Identifier& id : record::claims_of(child.document.root(), plan.own_prefix).own)
    lookups.push_back(context_.vault.lookup(plan.lead.organisation, id.system, id.value));
  std::set<std::string>& seen = plan.preview->seen;
  const bool counted =
      std::ranges::any_of(lookups, [&](const std::string& one) { return seen.contains(one); });
  seen.insert(lookups.begin(), lookups.end());
  return counted;
}

Result<void> Importer::preview_child(const ImportPlan& plan, const ReadChild& child,
                                     std::vector<Fault>& faults) const {
  PreviewRoute& into = *plan.preview;
  const auto refuse = [&](const Fault& fault) {
    ++into.refused;
    if (faults.size() < Preview::most_faults) faults.push_back(fault);
  };
  if (child.repeated) return {};
  if (child.pending) return ++into.pending, Result<void>{};
  if (!child.rejections.empty()) return refuse(child.rejections.front()), Result<void>{};
  if (is_counted(plan, child)) return {};
  Work scratch;
  const auto outcome = ChildWriter(context_, outbox_).write(plan, child.document, scratch);
  const auto is_about_the_child = [](const Fault& fault) {
    return fault.action == base::Action::reject || fault.action == base::Action::hold;
  };
  if (!outcome && is_about_the_child(outcome.error()))
    return refuse(outcome.error()), Result<void>{};
  if (!outcome) return fail(outcome.error());
  ++(outcome->created ? into.created : outcome->changed.empty() ? into.same : into.changed);
  if (outcome->changed.empty())
    for (const DestinationPlan& to : plan.route->to)
      if (is_told(to)) ++into.at(to).same;
  return {};
}

}  // namespace charmille::exchange
