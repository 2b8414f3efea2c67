// Sorting, variables, the clock, traces, escapes (FHIRPath 2.0.0 §5.8; 3.0.0-ballot for sort,
// defineVariable, escape and unescape).
#include <algorithm>
#include <numeric>
#include <vector>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/navigation.h"
#include "gateway/fhirpath/operators.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

/// One item's keys; one that is empty comes first, whichever way its key goes.
using Keys = std::vector<std::optional<Value>>;

bool goes_down(Call& call, std::size_t key) {
  return (call.op().slot >> key & 1U) != 0;
}

/// The keys of every item; nothing after a fault.
std::optional<std::vector<Keys>> keys_of(Call& call) {
  std::vector<Keys> all;
  std::int64_t index = 0;
  for (const Value& item : call.input()) {
    Keys& keys = all.emplace_back();
    if (call.argument_count() == 0) keys.push_back(system_value(call.context(), item));
    for (std::size_t i = 0; i < call.argument_count(); ++i) {
      const Collection key = call.argument_on(i, item, index);
      const Value* value = call.single(key);
      if (call.context().failed()) return {};
      keys.push_back(value == nullptr ? std::nullopt
                                      : std::optional(system_value(call.context(), *value)));
    }
    ++index;
  }
  return all;
}

int sign_of(const std::optional<Value>& a, const std::optional<Value>& b, bool down) {
  if (!a || !b) return static_cast<int>(a.has_value()) - static_cast<int>(b.has_value());
  const int sign = order(*a, *b).sign.value_or(0);
  return down ? -sign : sign;
}

Collection sort(Call& call) {
  const auto items = call.input().items();
  // Items are compared in pairs, each pair once at the most.
  if (!call.context().step(items.size() * (1 + call.argument_count())))
    return call.too_many_steps();
  const auto keys = keys_of(call);
  if (!keys) return {};
  for (const Keys& of_item : *keys)
    for (std::size_t i = 0; i < of_item.size(); ++i)
      if (of_item[i] && keys->front()[i] && !order(*of_item[i], *keys->front()[i]).comparable)
        return call.fault("CH-PATH-032", {{"operator", "sort"}});
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < (*keys)[a].size(); ++i) {
      const int sign = sign_of((*keys)[a][i], (*keys)[b][i], goes_down(call, i));
      if (sign != 0) return sign < 0;
    }
    return false;
  });
  Collection out;
  for (const std::size_t place : places) out.add(items[place], call.arena());
  return out;
}

/// defineVariable(name, value): the input goes on; %name is the value, or the input.
Collection define_variable(Call& call) {
  Collection value =
      call.argument_count() > 1
          ? call.evaluator().argument(call.op(), 1, Focus{call.input().items(), -1, nullptr})
          : Collection::view(call.input().items());
  call.context().set(call.op().slot, std::move(value));
  return Collection::view(call.input().items());
}

Collection trace(Call& call) {
  std::string_view name;
  if (!call.text_argument(0, name)) return {};
  const auto& show = call.context().trace();
  if (show && call.argument_count() < 2) show(name, call.input().items());
  if (show && call.argument_count() > 1) {
    Collection shown;
    std::int64_t index = 0;
    for (const Value& item : call.input())
      shown.add(call.argument_on(1, item, index++).items(), call.arena());
    show(name, shown.items());
  }
  return Collection::view(call.input().items());
}

Collection now(Call& call) {
  const auto& now = call.context().now();
  return now ? Collection(Value::temporal(*now, call.arena())) : Collection{};
}

Collection today(Call& call) {
  const auto& now = call.context().now();
  if (!now) return {};
  Temporal date;
  date.year = now->year;
  date.month = now->month;
  date.day = now->day;
  return Value::temporal(date, call.arena());
}

Collection time_of_day(Call& call) {
  if (!call.context().now()) return {};
  Temporal time = *call.context().now();
  time.type = Temporal::Type::time;
  time.has_offset = false;
  return Value::temporal(time, call.arena());
}

struct Escape {
  char plain;
  std::string_view html;  ///< empty: as it is
  std::string_view json;
};
constexpr Escape escapes[] = {
    {'&', "&amp;", ""},      {'<', "&lt;", ""},   {'>', "&gt;", ""},
    {'"', "&quot;", "\\\""}, {'\'', "&#39;", ""}, {'\\', "", "\\\\"},
    {'\n', "", "\\n"},       {'\r', "", "\\r"},   {'\t', "", "\\t"},
};

bool texts(Call& call, std::string_view& text, std::string_view& way) {
  if (!call.text(text) || !call.text_argument(0, way)) return false;
  return way == "html" || way == "json";
}

Collection escape(Call& call) {
  std::string_view text, way;
  if (!texts(call, text, way)) return {};
  std::string out;
  for (const char c : text) {
    const auto at = std::ranges::find(escapes, c, &Escape::plain);
    const std::string_view written = at == std::ranges::end(escapes) ? std::string_view{}
                                     : way == "html"                 ? at->html
                                                                     : at->json;
    if (written.empty())
      out += c;
    else
      out += written;
  }
  return call.result(std::string_view(out));
}

Collection unescape(Call& call) {
  std::string_view text, way;
  if (!texts(call, text, way)) return {};
  const bool html = way == "html";
  std::string out;
  while (!text.empty()) {
    const auto at = std::ranges::find_if(escapes, [&](const Escape& one) {
      const std::string_view written = html ? one.html : one.json;
      return !written.empty() && text.starts_with(written);
    });
    if (at == std::ranges::end(escapes)) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += at->plain;
      text.remove_prefix((html ? at->html : at->json).size());
    }
  }
  return call.result(std::string_view(out));
}

constexpr Function functions[] = {
    {"sort", 0, 31, sort, First::sort, true, Gives::input},
    {"defineVariable", 1, 2, define_variable, First::variable, true, Gives::input},
    {"trace", 1, 2, trace, First::plain, true, Gives::input},
    {"now", 0, 0, now, First::plain, false, Gives::unknown, true},
    {"today", 0, 0, today, First::plain, false, Gives::unknown, true},
    {"timeOfDay", 0, 0, time_of_day, First::plain, false, Gives::unknown, true},
    {"escape", 1, 1, escape},
    {"unescape", 1, 1, unescape},
};

}  // namespace

std::span<const Function> utility_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
