// What must not appear in what leaves for a recipient: the place of a child whose place is secret,
// the address that a relative hides (canonical child record §5 and §7; C. civ. 375-7).
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/words.h"
#include "gateway/policy/aho_corasick.h"
#include "gateway/tree/node.h"

namespace charmille::policy {

enum class SecretKind : std::uint8_t {
  establishment,
  unit,
  finess,
  school,
  uai,
  doctor,
  rpps,
  staff,  ///< who follows the child at the place
  visit_place,
  destination,
  price,
  host,  ///< a foster family, a trusted third party
  address,
  town,
  phone,
  mail,
};

/// In English, as the catalogue translates it: "name of the establishment".
std::string_view name_of(SecretKind kind);

/// Where a secret is searched for.
enum class Spread : std::uint8_t {
  own,     ///< only in what is about this child: elsewhere it may be told rightly (a unit, a town)
  unique,  ///< also in the encoded whole of many children (an address, a phone, an identifier)
};

/// One way of writing one secret. The needle is the secret itself: never for a fault or a log;
/// kind and path tell which it is.
struct Secret {
  SecretKind kind = SecretKind::establishment;
  Spread spread = Spread::own;
  std::uint32_t subject = 0;  ///< whose: a number of the caller's
  std::string path;           ///< in the record: "stays[0].establishment"
  Needle needle;
};

/// The secrets of one child towards that kind of recipient; none when it may know them or when the
/// child has none. `record` is the whole record, not the projection. Secrets of siblings are
/// appended by the caller, each with its own `subject`. `today` as for `project`.
std::vector<Secret> secrets_of(const tree::Node& record, config::Recipient kind,
                               std::uint32_t subject = 0, std::string_view today = {});

/// The secrets that are searched for in the encoded whole of many children: the unique ones, but
/// for the identifiers of establishments, schools and doctors that another child of the same lot
/// tells openly.
class LotSecrets {
 public:
  /// `today` as for `project`.
  explicit LotSecrets(config::Recipient kind, std::string today = {})
      : kind_(kind), today_(std::move(today)) {}

  /// One child of the lot, with its secrets.
  void add(const tree::Node& record, std::span<const Secret> secrets);
  std::vector<Secret> take();

 private:
  config::Recipient kind_;
  std::string today_;
  std::vector<Secret> secrets_;
  std::set<std::string, std::less<>> open_;
};

}  // namespace charmille::policy
