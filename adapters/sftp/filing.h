// What happens to the files of a remote folder: seen, fetched, archived or deleted, refused,
// reported on. Every step may be repeated after a crash.
#pragma once

#include <optional>
#include <vector>

#include "adapters/sftp/config.h"
#include "adapters/sftp/remote.h"

namespace charmille::adapters::sftp {

/// One version of a file, with its bytes.
struct Catch {
  Token token;
  base::Payload payload;
};

class Filing {
 public:
  explicit Filing(SourceSettings settings)
      : remote_(settings.peer), settings_(std::move(settings)) {}
  const SourceSettings& settings() const { return settings_; }

  /// The files that the patterns name and whose marker, when there is one, has come.
  Task<std::vector<Entry>> candidates();
  /// The version that bears that name now.
  Task<std::optional<Token>> version(std::string name);
  /// The bytes of what a listing showed. Faults CH-SFTP-015: it is no longer that; -006: gone.
  Task<Catch> fetch(Entry entry);
  /// Archives or deletes an accepted version. Nothing to do when it has left the folder already, or
  /// when a newer one bears its name.
  Task<void> file_away(Token token, Deadline most = Deadline::max());
  /// Moves a version that was never accepted to the reject folder, with the reason beside it.
  Task<void> refuse(Token token, Fault reason);
  /// Acts on what became of an accepted version.
  Task<void> settle(Settlement settlement, Deadline most);

 private:
  Task<void> take_away(Token token, Deadline most);
  Task<void> move(Token token, std::string folder, Deadline most);
  Task<void> write_reports(std::string folder, std::string name, std::string text, std::string json,
                           Deadline most);
  std::string path_of(const std::string& name) const { return path_in(settings_.folder, name); }

  Remote remote_;
  SourceSettings settings_;
  std::size_t told_not_understood_ = 0;  ///< lines of the listing, as the log has it
};

}  // namespace charmille::adapters::sftp
