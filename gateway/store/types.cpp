#include "gateway/store/types.h"

#include <algorithm>
#include <array>

namespace charmille::store {
namespace {

struct Named {
  State state;
  std::string_view name;
  bool final;
};

constexpr std::array kStates = {
    Named{State::received, "received", false},
    Named{State::waiting, "waiting", false},
    Named{State::processing, "processing", false},
    Named{State::done, "done", true},
    Named{State::rejected, "rejected", true},
    Named{State::parked, "parked", false},
    Named{State::queued, "queued", false},
    Named{State::sending, "sending", false},
    Named{State::deferred, "deferred", false},
    Named{State::delivered, "delivered", true},
    Named{State::held, "held", false},
    Named{State::shadowed, "shadowed", true},
    Named{State::superseded, "superseded", true},
    Named{State::cancelled, "cancelled", true},
};

constexpr std::array<std::pair<LinkState, std::string_view>, 5> kLinkStates = {{
    {LinkState::linked, "linked"},
    {LinkState::proposed, "proposed"},
    {LinkState::suspended, "suspended"},
    {LinkState::accepted, "accepted"},
    {LinkState::refused, "refused"},
}};

}  // namespace

std::string_view name_of(LinkState state) {
  for (const auto& [one, name] : kLinkStates)
    if (one == state) return name;
  return "unknown";
}

std::optional<LinkState> link_state_of(std::string_view name) {
  for (const auto& [one, known] : kLinkStates)
    if (known == name) return one;
  return std::nullopt;
}

std::string_view name_of(State state) {
  const auto found = std::ranges::find(kStates, state, &Named::state);
  return found == kStates.end() ? std::string_view("unknown") : found->name;
}

std::optional<State> state_of(std::string_view name) {
  const auto found = std::ranges::find(kStates, name, &Named::name);
  if (found == kStates.end()) return std::nullopt;
  return found->state;
}

bool is_final(State state) {
  const auto found = std::ranges::find(kStates, state, &Named::state);
  return found != kStates.end() && found->final;
}

}  // namespace charmille::store
