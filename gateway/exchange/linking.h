// What persons decide about who is who. A decision stays until it is undone; undoing a link gives
// each child its own facts back, and holds what leaves because of it until a person releases it.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/exchange/events.h"
#include "gateway/exchange/telling.h"

namespace charmille::exchange {

enum class LinkAct : std::uint8_t { accept, refuse, undo };

/// What a decision came to.
struct LinkOutcome {
  store::LinkRow before;
  std::optional<store::LinkRow> after;  ///< nothing: no link is left
  Told told;                            ///< deliveries that it made: held after an undo
};

class Linking {
 public:
  Linking(Context& context, Outbox& outbox, Lanes& lanes)
      : context_(context), outbox_(outbox), lanes_(lanes) {}

  /// `undo` of a link in force parts the children, and keeps them apart; of a refusal, the rules
  /// decide again. CH-EXC-026: no such link; -027: its state does not allow it.
  boost::asio::awaitable<Result<LinkOutcome>> decide(std::uint64_t number, LinkAct act,
                                                     events::Person person);

 private:
  boost::asio::awaitable<Result<LinkOutcome>> decide_once(std::uint64_t number, LinkAct act,
                                                          events::Person person);
  Result<void> tell(const LinkedChild& child, Ties ties, const store::Exchange& cause, Work& work);

  Context& context_;
  Outbox& outbox_;
  Lanes& lanes_;
};

}  // namespace charmille::exchange
