// What happens to the files of a drop folder on the disk: listed, opened, archived, refused,
// reported on. Blocking; runs on the endpoint's own thread.
#pragma once

#include <vector>

#include "adapters/file/config.h"
#include "adapters/file/folder.h"

namespace charmille::adapters::file {

class Filing {
 public:
  explicit Filing(SourceSettings settings) : settings_(std::move(settings)) {}
  const SourceSettings& settings() const { return settings_; }

  /// Makes the default sub-folders and opens everything once, so that a wrong folder is told at the
  /// start.
  Result<void> make_folders() const;
  /// The files that the patterns name and whose marker, when there is one, has come.
  Result<std::vector<Token>> candidates() const;
  /// The bytes of one version. A file over the limit is a fault to reject.
  Result<base::Payload> open(const Token& token) const;
  /// Moves an accepted file to the archive. Nothing to do when it has left the folder already.
  Result<void> archive(const Token& token) const;
  /// Moves a file that was never accepted to the reject folder, with the reason beside it.
  Result<void> refuse(const Token& token, const Fault& reason) const;
  /// Acts on what became of an accepted file; may be called any number of times.
  Result<void> settle(const Settlement& settlement) const;

 private:
  Result<void> file_away(const Token& token, const std::filesystem::path& target) const;
  Result<void> write_reports(const Folder& folder, const std::string& name, const std::string& text,
                             const std::string& json) const;

  SourceSettings settings_;
};

}  // namespace charmille::adapters::file
