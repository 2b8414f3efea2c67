// Runs one command line as a person would type it, in a folder of its own, and keeps what it wrote.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/cli/cli.h"

namespace charmille::cli::testing {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ran run_with_input(const std::string& input, std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(input);
  Console console{.out = out, .err = err, .in = in};
  const int code = run(std::move(arguments), console);
  return {code, out.str(), err.str()};
}

inline Ran run_line(std::vector<std::string> arguments) {
  return run_with_input("", std::move(arguments));
}

inline std::filesystem::path source() {
  const char* named = std::getenv("CHARMILLE_SOURCE");
  return named == nullptr ? std::filesystem::current_path() : std::filesystem::path(named);
}

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "charmille-cli-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline std::size_t count(const std::string& text, const std::string& piece) {
  std::size_t n = 0;
  for (std::size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) ++n;
  return n;
}

}  // namespace charmille::cli::testing
