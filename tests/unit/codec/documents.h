// Small invented documents and archives, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::codec::test {

/// A PDF of these objects (their dictionaries and streams), numbered from 1; the first is the
/// catalogue.
std::string pdf_of(const std::vector<std::string>& objects, std::string_view trailer = {});
/// A PDF of one page; `more` goes into its catalogue.
std::string small_pdf(std::string_view more = {});

struct ZipFile {
  std::string name;  ///< ends with a slash: a folder
  std::string bytes;
  bool utf8 = true;              ///< the entry says that its name is
  std::uint32_t mode = 0100644;  ///< of Unix
  bool encrypted = false;
};
std::string zip_of(const std::vector<ZipFile>& files);

}  // namespace charmille::codec::test
