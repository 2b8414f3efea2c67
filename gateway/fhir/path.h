// Where a walk through a resource stands, as FHIRPath writes it: "Patient.name[0].given[1]".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace charmille::fhir {

class Path {
 public:
  class Step;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// One step deeper, for as long as it lives.
class Path::Step {
 public:
  Step(Path& path, std::string_view name) : path_(path), before_(path.text_.size()) {
    if (!path.text_.empty()) path.text_ += '.';
    path.text_ += name;
  }
  Step(Path& path, std::size_t index) : path_(path), before_(path.text_.size()) {
    path.text_ += '[' + std::to_string(index) + ']';
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() { path_.text_.resize(before_); }

 private:
  Path& path_;
  std::size_t before_;
};

}  // namespace charmille::fhir
