#include "adapters/file/filing.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

#include "adapters/names/report.h"
#include "gateway/base/bytes.h"

namespace charmille::adapters::file {

Result<void> Filing::make_folders() const {
  for (const auto& folder : {settings_.archive, settings_.reject})
    if (folder.parent_path() == settings_.folder && ::mkdir(folder.c_str(), 0770) != 0 &&
        errno != EEXIST)
      return fail("CH-FILE-001", {},
                  {{"folder", folder.string()}, {"reason", std::strerror(errno)}});
  for (const auto& path : {settings_.folder, settings_.archive, settings_.reject})
    if (auto folder = Folder::open(path); !folder) return fail(folder.error());
  return {};
}

Result<std::vector<Token>> Filing::candidates() const {
  const auto folder = Folder::open(settings_.folder);
  if (!folder) return fail(folder.error());
  auto present = folder->list();
  if (!present) return present;
  const std::string& marker = settings_.marker;
  std::erase_if(*present, [&](const Token& token) {
    if (names::is_unfinished_name(token.name)) return true;
    if (!marker.empty() && (names::is_marker(marker, token.name) ||
                            !folder->look(names::marker_name(marker, token.name))))
      return true;
    return !names::matches_any(settings_.patterns, token.name);
  });
  return present;
}

Result<base::Payload> Filing::open(const Token& token) const {
  if (token.size > settings_.largest)
    return fail(
        "CH-FILE-008", {base::printable(token.name), 0, 0, {}},
        {{"size", std::to_string(token.size)}, {"limit", std::to_string(settings_.largest)}});
  const auto folder = Folder::open(settings_.folder);
  if (!folder) return fail(folder.error());
  return folder->payload(token);
}

/// Moves one version of a file. A newer one that took its name between look and move is put back.
Result<void> Filing::file_away(const Token& token, const std::filesystem::path& target_path) const {
  const auto folder = Folder::open(settings_.folder);
  if (!folder) return fail(folder.error());
  const auto target = Folder::open(target_path);
  if (!target) return fail(target.error());
  if (folder->look(token.name) != token) return {};
  const std::string new_name = archive_name(token);
  auto moved = folder->move_to(token.name, *target, new_name);
  if (!moved) return fail(moved.error());
  if (!*moved) return {};
  auto there = target->look(new_name);
  if (there && there->inode != token.inode) {
    auto back = target->move_to(new_name, *folder, token.name);
    if (!back) return fail(back.error());
    return {};
  }
  if (settings_.marker.empty()) return {};
  return folder->remove(names::marker_name(settings_.marker, token.name));
}

Result<void> Filing::archive(const Token& token) const {
  return file_away(token, settings_.archive);
}

Result<void> Filing::write_reports(const Folder& folder, const std::string& name,
                                   const std::string& text, const std::string& json) const {
  for (const auto& [ending, content] :
       {std::pair{".rapport.txt", &text}, std::pair{".rapport.json", &json}}) {
    if (content->empty()) continue;
    const std::string temporary =
        std::string(".").append(name, 0, 24).append(ending).append(".part");
    auto written = folder.put(name + ending, temporary, base::Payload(*content), 0644);
    if (!written) return fail(written.error());
  }
  return {};
}

Result<void> Filing::refuse(const Token& token, const Fault& reason) const {
  const auto folder = Folder::open(settings_.reject);
  if (!folder) return fail(folder.error());
  const names::Report report = names::report_of(reason);
  if (auto reported = write_reports(*folder, archive_name(token), report.text, report.json);
      !reported)
    return reported;
  return file_away(token, settings_.reject);
}

Result<void> Filing::settle(const Settlement& settlement) const {
  const auto token = parse_token(settlement.reference);
  if (!token) return fail("CH-FILE-016");
  const std::string name = archive_name(*token);
  const bool rejected = settlement.outcome == Settlement::Outcome::rejected;
  // The engine may be quicker than the move that follows acceptance, or that move may have been
  // lost in a crash.
  if (auto moved = file_away(*token, rejected ? settings_.reject : settings_.archive); !moved)
    return moved;
  const auto archive = Folder::open(settings_.archive);
  if (!archive) return fail(archive.error());
  if (!rejected)
    return write_reports(*archive, name, settlement.report_text, settlement.report_json);
  const auto reject = Folder::open(settings_.reject);
  if (!reject) return fail(reject.error());
  // The report first: who sees the file in the reject folder finds the reason beside it.
  if (auto reported = write_reports(*reject, name, settlement.report_text, settlement.report_json);
      !reported)
    return reported;
  auto moved = archive->move_to(name, *reject, name);
  if (!moved) return fail(moved.error());
  if (!*moved && !reject->exists(name)) return fail("CH-FILE-015");
  return {};
}

}  // namespace charmille::adapters::file
