#include "adapters/directory/inquiry.h"

#include <algorithm>

#include "adapters/directory/answer.h"
#include "adapters/web/status.h"

namespace charmille::adapters::directory {
namespace {

/// A change may show in the directory some time after its own date: a day is asked again.
constexpr auto overlap = std::chrono::days(1);
/// Pages of one search at most, as many times as the results that are read would fill.
constexpr std::size_t page_slack = 2;

}  // namespace

/// Practitioners and roles are asked for one after the other, not with _revinclude: of what is
/// included no server tells whether it changed.
Task<Kept> Inquiry::ask(Question question) {
  kept_.answered = kept_.whole = clock_.now();
  if (known) {
    kept_.complete = known->complete;
    for (Entry& entry : known->entries) take(entry);
  }
  for (Search& one : searches_of(question)) {
    auto done = co_await search(std::move(one), known.has_value(), false);
    if (!done) co_return fail(done.error());
  }
  if (question.parameter("address").empty()) {
    auto done = co_await ask_by_ids("PractitionerRole", practitioners(), false);
    if (!done) co_return fail(done.error());
  }
  for (const char* type : {"Practitioner", "Organization"}) {
    auto done = co_await ask_by_ids(type, named_by_roles(kept_.entries, type), true);
    if (!done) co_return fail(done.error());
  }
  co_return std::move(kept_);
}

/// What an earlier answer knows is asked for its changes, the rest for all.
Task<void> Inquiry::ask_by_ids(std::string type, std::vector<std::string> ids, bool beside) {
  const std::string_view asked =
      type == "PractitionerRole" ? std::string_view("Practitioner") : std::string_view(type);
  const auto is_known = [&](const std::string& id) { return knows(asked, id); };
  const auto old_end = std::partition(ids.begin(), ids.end(), is_known);
  const auto old = static_cast<std::size_t>(old_end - ids.begin());
  for (std::size_t at = 0; at < ids.size();) {
    const bool since = at < old;
    const std::size_t end = std::min({at + ids_in_one_search, since ? old : ids.size()});
    const std::span<const std::string> some(ids.data() + at, end - at);
    Search one = type == "PractitionerRole" ? roles_of(some) : by_ids(type, some);
    auto done = co_await search(std::move(one), since, beside);
    if (!done) co_return fail(done.error());
    at = end;
  }
  co_return Result<void>{};
}

Task<void> Inquiry::search(Search one, bool since, bool beside) {
  std::optional<base::Time> from;
  if (since) from = known->answered - overlap;
  std::string url = url_of(settings_->base, one, settings_->page, from);
  const std::size_t most_pages = page_slack * (1 + settings_->most / settings_->page);
  std::size_t read = 0;
  for (std::size_t pages = 0; !url.empty(); ++pages) {
    if (pages == most_pages || read == settings_->most) {
      kept_.complete = false;
      break;
    }
    auto answered = co_await page(std::move(url), one.type);
    if (!answered) co_return fail(answered.error());
    for (Entry& entry : answered->entries) {
      if (read == settings_->most) {
        kept_.complete = false;
        break;
      }
      ++read;
      entry.beside = beside;
      take(std::move(entry));
    }
    url = std::move(answered->next);
    if (!url.empty() && origin_of(url) != settings_->origin) co_return fail("CH-DIR-009");
  }
  co_return Result<void>{};
}

Task<Page> Inquiry::page(std::string url, std::string type) {
  net::HttpCall call = settings_->connection.call(std::move(url), "GET", until);
  call.headers.emplace_back("Accept", "application/fhir+json");
  call.headers.emplace_back("ESANTE-API-KEY", std::string(settings_->api_key->reveal()));
  const auto answer = co_await client_.perform(std::move(call));
  if (!answer) co_return fail(answer.error());
  co_return judge(*answer, type);
}

Result<Page> Inquiry::judge(const net::HttpAnswer& answer, std::string_view type) const {
  base::Args args{{"status", std::to_string(answer.status)}};
  const web::Verdict verdict = web::judge(answer.status);
  if (verdict == web::Verdict::delivered) return page_of(answer.body, type);
  if (verdict == web::Verdict::retry)
    return web::later("CH-DIR-006", std::move(args), answer.header("Retry-After"), clock_.now());
  if (verdict == web::Verdict::credentials) return fail("CH-DIR-005", {}, std::move(args));
  args.emplace_back("issue", issue_of(answer.body));
  return fail("CH-DIR-007", {}, std::move(args));
}

/// What came last counts, at the place of what it replaces.
void Inquiry::take(Entry entry) {
  auto [at, is_new] = places_.try_emplace({entry.type, entry.id}, kept_.entries.size());
  if (is_new) {
    kept_.entries.push_back(std::move(entry));
    return;
  }
  Entry& there = kept_.entries[at->second];
  entry.beside = entry.beside && there.beside;
  there = std::move(entry);
}

bool Inquiry::knows(std::string_view type, const std::string& id) const {
  return known && std::ranges::any_of(known->entries, [&](const Entry& entry) {
           return entry.type == type && entry.id == id;
         });
}

std::vector<std::string> Inquiry::practitioners() const {
  std::vector<std::string> ids;
  for (const Entry& entry : kept_.entries)
    if (entry.type == "Practitioner" && !entry.beside) ids.push_back(entry.id);
  return ids;
}

}  // namespace charmille::adapters::directory
