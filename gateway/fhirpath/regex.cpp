#include "gateway/fhirpath/regex.h"

#include <array>
#include <cctype>

#include <re2/re2.h>

#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {

struct Regex::Impl {
  explicit Impl(std::string_view pattern, const re2::RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 re;
};

Regex::Regex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Regex::~Regex() = default;

std::shared_ptr<const Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(1 << 20);
  auto impl = std::make_unique<Impl>(pattern, options);
  if (!impl->re.ok()) return nullptr;
  return std::shared_ptr<const Regex>(new Regex(std::move(impl)));
}

bool Regex::empty() const {
  return impl_->re.pattern().empty();
}

bool Regex::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->re);
}

bool Regex::matches_all_of(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), impl_->re);
}

std::optional<std::string> Regex::replace_all(std::string_view text, std::string_view substitution,
                                              std::size_t limit) const {
  // Our `$1` and `${name}` in the words of RE2: `\1`.
  std::string rewrite;
  for (std::size_t i = 0; i < substitution.size(); ++i) {
    const char c = substitution[i];
    if (c == '\\') {
      rewrite += "\\\\";
    } else if (c == '$' && i + 1 < substitution.size() &&
               std::isdigit(static_cast<unsigned char>(substitution[i + 1]))) {
      rewrite += '\\';
    } else if (c == '$' && i + 1 < substitution.size() && substitution[i + 1] == '{') {
      const std::size_t close = substitution.find('}', i);
      if (close == substitution.npos) return {};
      const auto& groups = impl_->re.NamedCapturingGroups();
      const auto group = groups.find(std::string(substitution.substr(i + 2, close - i - 2)));
      if (group == groups.end() || group->second > 9) return {};
      rewrite += '\\' + std::to_string(group->second);
      i = close;
    } else {
      rewrite += c;
    }
  }
  std::string error;
  if (!impl_->re.CheckRewriteString(rewrite, &error)) return {};
  // RE2's own loop has no limit on what it writes.
  const int groups = 1 + re2::RE2::MaxSubmatch(rewrite);
  std::array<re2::StringPiece, 10> found;
  const re2::StringPiece input(text.data(), text.size());
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() && out.size() <= limit &&
         impl_->re.Match(input, at, text.size(), re2::RE2::UNANCHORED, found.data(), groups)) {
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    out += text.substr(at, begin - at);
    impl_->re.Rewrite(&out, rewrite, found.data(), groups);
    at = begin + found[0].size();
    if (!found[0].empty()) continue;
    // An empty match stands before a character, which is kept.
    if (at < text.size()) out += text.substr(at, character_length(text, at));
    at = at < text.size() ? at + character_length(text, at) : text.size() + 1;
  }
  if (at < text.size()) out += text.substr(at);
  return out;
}

}  // namespace charmille::fhirpath
