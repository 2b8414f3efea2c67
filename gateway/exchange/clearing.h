// Documents of children whose place is secret: held from whoever may not know the place, until a
// person who read one lets it go, by its digest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/exchange/events.h"
#include "gateway/exchange/telling.h"

namespace charmille::exchange {

enum class ClearAct : std::uint8_t { clear, withhold };

/// One document of one child, without its title: that may tell who or where.
struct KnownDocument {
  base::Uuid child;        ///< head of its links
  std::string sha256;      ///< hexadecimal; empty: the source gave none
  std::string section;     ///< "health"
  std::string media_type;  ///< as read in the content
  std::string date;
  bool kept = false;                 ///< its content is here
  std::vector<std::string> held;     ///< kinds of configured recipients that do not get it
  std::vector<std::string> cleared;  ///< kinds that a person let it go to
};

/// What a decision came to.
struct ClearOutcome {
  std::uint64_t children = 0;  ///< who have that document
  Told told;                   ///< at once; others come with the next lot
};

class Clearing {
 public:
  Clearing(Context& context, Outbox& outbox, Lanes& lanes)
      : context_(context), outbox_(outbox), lanes_(lanes) {}

  /// Of one child, or of everyone the documents that are held or cleared.
  Result<std::vector<KnownDocument>> list(const std::optional<base::Uuid>& child) const;

  /// For every child that has the document now; one who gets it later needs another decision. The
  /// decision, its audit leaf and what it makes leave are one commit. `kinds`: of recipients.
  /// CH-EXC-040: no child has it; -042: a kind from which nothing is kept.
  boost::asio::awaitable<Result<ClearOutcome>> decide(std::string sha256,
                                                      std::vector<std::string> kinds, ClearAct act,
                                                      events::Person person);

 private:
  boost::asio::awaitable<Result<ClearOutcome>> decide_once(const std::string& sha256,
                                                           const std::vector<std::string>& kinds,
                                                           ClearAct act, events::Person person);
  Result<void> tell(const LinkedChild& child, Ties ties, const std::vector<std::string>& kinds,
                    ClearAct act, const store::Exchange& cause, Work& work);
  Result<void> add_documents(const LinkedChild& child, bool all,
                             std::vector<KnownDocument>& into) const;

  Context& context_;
  Outbox& outbox_;
  Lanes& lanes_;
};

}  // namespace charmille::exchange
