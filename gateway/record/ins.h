// The national health identity: does a matricule fit the child that carries it?
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/tree/document.h"

namespace charmille::record {

/// Where the gateway runs: test numbers have no place in production, and the other way round.
enum class Environment : std::uint8_t { production, test };

/// Assigning authorities of the INS (ANS, OID of NIR and NIA).
inline constexpr std::string_view oid_nir = "1.2.250.1.213.1.4.8";
inline constexpr std::string_view oid_nia = "1.2.250.1.213.1.4.9";
inline constexpr std::string_view oid_nir_test = "1.2.250.1.213.1.4.10";
inline constexpr std::string_view oid_nir_demo = "1.2.250.1.213.1.4.11";

/// False for the test and demonstration OIDs in production, for the production ones in a test
/// environment, and for any other OID everywhere (INS-A and INS-C are never taken).
bool oid_fits(std::string_view oid, Environment environment);

enum class InsCheck : std::uint8_t {
  fits,
  wrong_shape,
  wrong_key,
  contradicts_sex,
  contradicts_birth,  ///< year, or month when it is a real one
};

/// Checks a number of 15 characters against the traits: `sex` M, F or anything else (then not
/// compared), `birth_date` ISO or partial (what it lacks is not compared). Months above 12 in a NIR
/// mean "unknown" and are not compared.
InsCheck check_ins(std::string_view matricule, std::string_view sex, std::string_view birth_date);
/// The same for the sections `ins` (its matricule) and `identity` of a record; null: not compared.
InsCheck check_ins(const tree::Node& ins, const tree::Node* identity);

/// The section `ins` without the matricule and what depends on it: a status that rested on it falls
/// back to PROVISOIRE.
tree::Node downgraded_ins(tree::Document& into, const tree::Node& ins);

}  // namespace charmille::record
