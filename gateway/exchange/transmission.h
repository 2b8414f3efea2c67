// The former file of a child who came to another department: it is told only what falls in its own
// time, until a person records the written decision that hands over what was before.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/exchange/events.h"
#include "gateway/exchange/telling.h"

namespace charmille::exchange {

/// What a person decides to hand over, and under which written decision.
struct Handover {
  enum class What : std::uint8_t { since, everything, nothing };

  base::Uuid child;
  std::string partner;  ///< a department
  What what = What::since;
  std::string since;      ///< ISO date, for `since`
  std::string reference;  ///< of the written decision
};

/// What a decision came to.
struct HandoverOutcome {
  Told told;               ///< at once; others come with the next lot
  bool concerned = false;  ///< the department has a decision of its own about the child
};

class Transmission {
 public:
  Transmission(Context& context, Outbox& outbox, Lanes& lanes)
      : context_(context), outbox_(outbox), lanes_(lanes) {}

  /// The latest decision about a child and a department counts; `nothing` takes the others back:
  /// what was sent stays sent. It becomes a statement of the child: it goes with its record, and is
  /// erased with it. A department without a decision of its own gets nothing until it has one.
  /// CH-EXC-024: no such child; -036: the partner is no department; -044: there is none.
  boost::asio::awaitable<Result<HandoverOutcome>> decide(Handover handover, events::Person person);

 private:
  boost::asio::awaitable<Result<HandoverOutcome>> decide_once(const Handover& handover,
                                                              const std::string& department,
                                                              const events::Person& person);
  /// What stands of one row after the decision, when anything does or did; a null handover: another
  /// row was named, and this one only forgets.
  Result<std::optional<record::Statement>> statement_of(const Handover* handover,
                                                        const std::string& department,
                                                        const store::ChildRow& row,
                                                        const std::string& login);
  Result<std::vector<record::Statement>> put_statements(const Handover& handover,
                                                        const std::string& department,
                                                        const LinkedChild& child,
                                                        const std::string& login, Work& work);
  Result<tree::Document> record_with(const LinkedChild& child,
                                     const std::vector<record::Statement>& decided);

  Context& context_;
  Outbox& outbox_;
  Lanes& lanes_;
};

}  // namespace charmille::exchange
