// Errors are values: Result<T> holds a T or a Fault.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace charmille::base {

/// What the caller should do about a fault, not what broke.
enum class Action : std::uint8_t {
  retry,   ///< passes by itself: try again later
  reject,  ///< permanent: this input is wrong, go on with the next
  hold,    ///< a person must decide
  stop,    ///< the process must not go on
};

/// Where a fault is. `file` is a name that may be shown to a partner, never a full path of the
/// machine for partner data; line and column count from 1, 0 means unknown; `path` is a place
/// inside (`routes[2].to`, `identity.birthDate`).
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string path;

  bool operator==(const Place&) const = default;
};

/// Named values that fill the text of a fault: names of columns, rules, limits, counts. Never
/// personal data.
using Args = std::vector<std::pair<std::string, std::string>>;

/// An error: a stable code of the catalogue (`CH-CSV-004`), its place and the arguments of its
/// text.
struct Fault {
  std::string_view code;  ///< a literal; the catalogue holds its texts
  Action action = Action::reject;
  Place place;
  Args args;
};

template <class T>
using Result = tl::expected<T, Fault>;

/// A fault with the action that the catalogue gives to its code.
Fault fault(std::string_view code, Place place = {}, Args args = {});

/// The same, ready to be returned from a function that gives a Result.
inline tl::unexpected<Fault> fail(std::string_view code, Place place = {}, Args args = {}) {
  return tl::unexpected<Fault>(fault(code, std::move(place), std::move(args)));
}

inline tl::unexpected<Fault> fail(Fault f) {
  return tl::unexpected<Fault>(std::move(f));
}

/// The value of a fault's argument, or empty.
std::string_view argument(const Fault& f, std::string_view name);

}  // namespace charmille::base

namespace charmille {
using base::fail;
using base::fault;
using base::Fault;
using base::Result;
}  // namespace charmille
