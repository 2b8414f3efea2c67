// Documents that carry a text in many ways.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace charmille::policy {

std::string deflated(std::string_view bytes);
std::string base64(std::string_view bytes);
/// Members by name; a password encrypts them.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members,
                   const char* password = nullptr);

struct PdfParts {
  std::string content = {};    ///< operators of the page: text_operators()
  std::string resources = {};  ///< more entries of the page's resources: "/XObject <</A 7 0 R>>"
  std::string info = {};       ///< entries of the document information: "/Title (x)"
  std::string catalog = {};    ///< more entries of the catalog
  std::vector<std::string> objects = {};  ///< from number 7 on, whole bodies
  bool compressed = true;
};
std::string pdf_of(const PdfParts& parts);
/// Lines of text in Windows-1252, one below the other.
std::string text_operators(const std::vector<std::string>& lines);
/// A stream object: its dictionary without Length.
std::string stream_of(const std::string& dictionary, const std::string& bytes);
/// The same file, encrypted; an empty user password lets everybody read it.
std::string encrypted(const std::string& pdf, const char* user_password);
/// The same file with its objects in compressed object streams.
std::string with_object_streams(const std::string& pdf);

}  // namespace charmille::policy
