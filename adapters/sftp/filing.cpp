#include "adapters/sftp/filing.h"

#include <algorithm>
#include <set>

#include "adapters/names/report.h"
#include "gateway/base/log.h"

namespace charmille::adapters::sftp {
namespace {

bool is_version(const std::optional<net::RemoteFile>& file, const Token& token) {
  return file && file->size == token.size && file->modified == token.modified;
}

}  // namespace

Task<std::vector<Entry>> Filing::candidates() {
  auto listing = co_await remote_.list(settings_.folder);
  if (!listing) co_return fail(listing.error());
  if (listing->not_understood > told_not_understood_)
    base::log(base::Level::warning, "sftp.listing",
              {{"endpoint", settings_.endpoint},
               {"lines", std::to_string(listing->lines)},
               {"not-understood", std::to_string(listing->not_understood)}});
  told_not_understood_ = listing->not_understood;
  std::set<std::string> present;
  for (const Entry& entry : listing->files) present.insert(entry.name);
  const std::string& marker = settings_.marker;
  std::erase_if(listing->files, [&](const Entry& entry) {
    if (names::is_unfinished_name(entry.name) ||
        !names::matches_any(settings_.patterns, entry.name))
      return true;
    return !marker.empty() && (names::is_marker(marker, entry.name) ||
                               !present.contains(names::marker_name(marker, entry.name)));
  });
  co_return std::move(listing->files);
}

Task<std::optional<Token>> Filing::version(std::string name) {
  const auto file = co_await remote_.look(path_of(name));
  if (!file) co_return fail(file.error());
  if (!*file) co_return std::optional<Token>{};
  Token token;
  token.name = std::move(name);
  token.size = (*file)->size;
  token.modified = (*file)->modified;
  co_return token;
}

Task<Catch> Filing::fetch(Entry entry) {
  auto fetched = co_await remote_.get(path_of(entry.name), entry.size, settings_.spool);
  if (!fetched && fetched.error().code == "CH-SFTP-010") co_return fail("CH-SFTP-015");
  if (!fetched) co_return fail(fetched.error());
  Catch out;
  out.token.name = entry.name;
  out.token.size = fetched->file.size;
  out.token.modified = fetched->file.modified;
  out.payload = std::move(fetched->payload);
  // It may have been written to, or replaced, while it was read.
  const auto after = co_await remote_.look(path_of(entry.name));
  if (!after) co_return fail(after.error());
  if (!is_version(*after, out.token) || out.token.size != entry.size ||
      out.payload.size() != entry.size)
    co_return fail("CH-SFTP-015");
  co_return out;
}

Task<void> Filing::file_away(Token token, Deadline most) {
  const std::string path = path_of(token.name);
  const auto there = co_await remote_.look(path, most);
  if (!there) co_return fail(there.error());
  if (*there && !is_version(*there, token))
    co_return Result<void>{};  // a newer one, whose marker this is
  if (*there) {
    auto done = co_await take_away(token, most);
    if (!done) co_return done;
  }
  if (settings_.marker.empty()) co_return Result<void>{};
  auto unmarked =
      co_await remote_.remove(path_of(names::marker_name(settings_.marker, token.name)), most);
  co_return unmarked;
}

Task<void> Filing::take_away(Token token, Deadline most) {
  if (settings_.archive.empty()) return remote_.remove(path_of(token.name), most);
  return move(std::move(token), settings_.archive, most);
}

/// Moves one version. A newer one that took its name between look and move is put back.
Task<void> Filing::move(Token token, std::string folder, Deadline most) {
  const std::string path = path_of(token.name);
  const std::string name = archive_name(token);
  const auto moved = co_await remote_.move(path, folder, name, most);
  const auto target = co_await remote_.look(path_in(folder, name), most);
  if (!moved) {
    // The same version was filed before: it came a second time, or an answer was lost.
    const bool filed = target && is_version(*target, token);
    if (!filed) co_return fail(moved.error());
    auto removed = co_await remote_.remove(path, most);
    co_return removed;
  }
  if (!target) co_return fail(target.error());
  if (!*target || is_version(*target, token)) co_return Result<void>{};
  auto back = co_await remote_.rename(path_in(folder, name), path, most);
  co_return back;
}

Task<void> Filing::write_reports(std::string folder, std::string name, std::string text,
                                 std::string json, Deadline most) {
  co_await remote_.make_folder(folder, most);
  const std::pair<std::string_view, std::string*> reports[] = {{".rapport.txt", &text},
                                                               {".rapport.json", &json}};
  for (const auto& [ending, content] : reports) {
    if (content->empty()) continue;
    const std::string temporary =
        std::string(".").append(name, 0, 24).append(ending).append(".part");
    base::Payload payload(std::move(*content));
    const auto written =
        co_await remote_.put_new(folder, name + std::string(ending), temporary, payload, most);
    // One that is there stays.
    if (!written && written.error().code != "CH-SFTP-013") co_return fail(written.error());
  }
  co_return Result<void>{};
}

Task<void> Filing::refuse(Token token, Fault reason) {
  // The file first: a report about a file that could not be moved would come again at each turn.
  auto moved = co_await move(token, settings_.reject, Deadline::max());
  if (!moved) co_return moved;
  const names::Report report = names::report_of(reason);
  auto reported = co_await write_reports(settings_.reject, archive_name(token), report.text,
                                         report.json, Deadline::max());
  co_return reported;
}

Task<void> Filing::settle(Settlement settlement, Deadline most) {
  const auto token = parse_token(settlement.reference);
  if (!token) co_return fail("CH-SFTP-020");
  const bool rejected = settlement.outcome == Settlement::Outcome::rejected;
  const bool archived = !settings_.archive.empty();
  if (settlement.report_text.empty() || (!rejected && !archived)) co_return Result<void>{};
  // The engine may be quicker than the move that follows acceptance.
  auto away = co_await file_away(*token, most);
  if (!away) co_return away;
  const std::string name = archive_name(*token);
  if (rejected && archived) {
    const std::string path = path_in(settings_.archive, name);
    const auto there = co_await remote_.look(path, most);
    if (!there) co_return fail(there.error());
    if (*there) {
      auto moved = co_await remote_.move(path, settings_.reject, name, most);
      if (!moved) co_return moved;
    }
  }
  auto reported = co_await write_reports(rejected ? settings_.reject : settings_.archive, name,
                                         settlement.report_text, settlement.report_json, most);
  co_return reported;
}

}  // namespace charmille::adapters::sftp
