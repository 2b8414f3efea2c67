#include "gateway/fhir/definition.h"

#include <algorithm>

namespace charmille::fhir {

std::string choice_key(std::string_view name, std::string_view type) {
  std::string key(name);
  key += type;
  char& initial = key[name.size()];
  if (initial >= 'a' && initial <= 'z') initial = static_cast<char>(initial - 'a' + 'A');
  return key;
}

const Content::Key* Content::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(
      keys, name, {}, [](const Key& key) { return std::string_view(key.name); });
  return at != keys.end() && at->name == name ? &*at : nullptr;
}

void Content::index() {
  for (std::uint32_t i = 0; i < elements.size(); ++i) {
    const Element& element = elements[i];
    if (!element.choice) {
      keys.push_back({element.name, i, 0});
      continue;
    }
    for (std::uint32_t t = 0; t < element.types.size(); ++t) {
      keys.push_back({choice_key(element.name, element.types[t].code), i, t});
    }
  }
  std::ranges::sort(keys, {}, &Key::name);
}

}  // namespace charmille::fhir
