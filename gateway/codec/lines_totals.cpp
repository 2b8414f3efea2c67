// What header and trailer say of the lines must be so.
#include <charconv>

#include "gateway/codec/lines_reader.h"

namespace charmille::codec {
namespace {

using Of = LineCheck::Of;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size()) return {};
  return value;
}

class Totals {
 public:
  Totals(const LinesInput& options, const LineFile& file, const std::string& name)
      : options_(options), file_(file), name_(name) {}

  Result<void> check(std::size_t index) const {
    const LineType& type = options_.types[index];
    const LineRecord& record = file_.records[index].front();
    for (const LineCheck& check : type.checks)
      if (auto held = check_one(record.slots[check.field], type.fields[check.field].name, check);
          !held)
        return held;
    return {};
  }

 private:
  base::Place place(const tree::Node& node) const {
    return {name_, node.origin().line, node.origin().column, {}};
  }

  Result<void> check_one(const tree::Node& said, const std::string& column,
                         const LineCheck& check) const {
    if (check.of == Of::header) {
      const tree::Node& other = file_.only(options_.header)->slots[check.other];
      if (said.chars() == other.chars()) return {};
      return fail(
          "CH-LIG-045", place(said),
          {{"column", column}, {"other", options_.types[check.type].fields[check.other].name}});
    }
    const auto expected = whole_number(said.chars());
    if (!expected) return fail("CH-LIG-046", place(said), {{"column", column}});
    const auto found = count(check);
    if (!found) return fail(found.error());
    if (*found == *expected) return {};
    const bool lines = check.of == Of::lines || check.of == Of::count;
    base::Args args{{"column", column},
                    {"expected", std::to_string(*expected)},
                    {"found", std::to_string(*found)}};
    if (check.of == Of::count) args.emplace_back("type", options_.types[check.type].name);
    return fail(!lines                  ? "CH-LIG-044"
                : check.of == Of::lines ? "CH-LIG-043"
                                        : "CH-LIG-056",
                place(said), std::move(args));
  }

  Result<std::int64_t> count(const LineCheck& check) const {
    switch (check.of) {
      case Of::lines:
        return static_cast<std::int64_t>(file_.lines);
      case Of::count:
        return static_cast<std::int64_t>(file_.records[check.type].size());
      case Of::length:
        return reduced(static_cast<std::int64_t>(file_.length), check);
      default:
        return sum(check);
    }
  }

  static std::int64_t reduced(std::int64_t value, const LineCheck& check) {
    return check.modulo == 0 ? value : value % static_cast<std::int64_t>(check.modulo);
  }

  /// Of what is written; empty and null count for nothing.
  Result<std::int64_t> sum(const LineCheck& check) const {
    std::int64_t sum = 0;
    for (const LineRecord& record : file_.records[check.type]) {
      const tree::Node& node = record.slots[check.other];
      if (node.chars().empty()) continue;
      const auto value = whole_number(node.chars());
      if (!value || __builtin_add_overflow(sum, *value, &sum))
        return fail("CH-LIG-047", place(node),
                    {{"column", options_.types[check.type].fields[check.other].name}});
    }
    return reduced(sum, check);
  }

  const LinesInput& options_;
  const LineFile& file_;
  const std::string& name_;
};

}  // namespace

Result<void> check_totals(const LinesInput& options, const LineFile& file,
                          const std::string& name) {
  const Totals totals(options, file, name);
  for (const auto& type : {options.header, options.trailer}) {
    if (!type) continue;
    if (auto held = totals.check(*type); !held) return held;
  }
  return {};
}

}  // namespace charmille::codec
