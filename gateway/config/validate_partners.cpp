// Partners, how they are recognised, and the policies that say what they may get.
#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/base/national_keys.h"
#include "gateway/config/validation.h"

namespace charmille::config {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// "01" to "95", "2A", "2B", "971" to "978" and the like; "99" is used for tests.
bool is_department(std::string_view text) {
  if (text == "2A" || text == "2B") return true;
  if (text.size() == 2) return std::ranges::all_of(text, digit) && text != "00";
  return text.size() == 3 && text.starts_with("9") && (text[1] == '7' || text[1] == '8') &&
         digit(text[2]);
}

}  // namespace

void Validation::read_partners(const View& view) {
  for (const auto& [name, entry] : view.members()) {
    check_name(name, entry.key_place());
    parts_.partners.emplace(name, read_partner(name, entry));
  }
  check_identities();
}

Partner Validation::read_partner(const std::string& name, const View& view) {
  Partner partner;
  partner.name = name;
  partner.place = view.key_place();
  partner.recipient = parse_recipient(view["recipient"].text());
  partner.department = view["department"].text();
  partner.silence = view["silence"].duration();
  const std::string language = view["language"].text();
  partner.language = language.empty()   ? parts_.organisation.language
                     : language == "en" ? base::Language::en
                                        : base::Language::fr;
  for (const View& finess : view["finess"].items()) {
    partner.finess.push_back(finess.text());
    if (!finess.text().empty() && !base::is_finess(finess.text()))
      add("CH-CFG-057", finess.place());
  }
  for (const View& uai : view["uai"].items()) {
    partner.uai.push_back(uai.text());
    if (!uai.text().empty() && !base::is_uai(uai.text())) add("CH-CFG-093", uai.place());
  }
  if (!partner.department.empty() && !is_department(partner.department))
    add("CH-CFG-056", view["department"].place(), {{"text", base::printable(partner.department)}});
  if (partner.recipient == Recipient::departement && !view["department"].present())
    add("CH-CFG-026", view["recipient"].place());
  if (partner.recipient == Recipient::dui && !view["finess"].present())
    add("CH-CFG-027", view["recipient"].place());
  if (partner.recipient == Recipient::school && !view["uai"].present())
    add("CH-CFG-092", view["recipient"].place());
  read_identities(view["identity"], partner);
  return partner;
}

void Validation::read_identities(const View& list, Partner& partner) {
  for (const View& item : list.items()) {
    if (!item.is(tree::Kind::object)) continue;  // told by the specification
    const View certificate = item["certificate"];
    if (item["token"].present() == certificate.present()) {
      add("CH-CFG-047", item.place());
    } else if (certificate.present()) {
      CertificateIdentity identity{certificate["issuer"].text(), certificate["subject"].text(),
                                   certificate["san"].text()};
      if (identity.subject.empty() && identity.san.empty()) add("CH-CFG-048", certificate.place());
      partner.identities.emplace_back(std::move(identity));
    } else if (auto token = item["token"].secret(parts_.folder)) {
      partner.identities.emplace_back(std::move(*token));
    }
  }
}

/// Two partners that one token or one certificate names could take each other's place.
void Validation::check_identities() {
  struct Claim {
    const Partner* partner;
    const Identity* identity;
  };
  std::vector<Claim> claims;
  const auto same = [](const Identity& a, const Identity& b) {
    if (a.index() != b.index()) return false;
    if (const auto* token = std::get_if<SecretReference>(&a))
      return token->same_as(std::get<SecretReference>(b));
    return std::get<CertificateIdentity>(a) == std::get<CertificateIdentity>(b);
  };
  for (const auto& entry : parts_.partners) {
    const Partner& partner = entry.second;
    for (const Identity& identity : partner.identities) {
      const auto other = std::ranges::find_if(claims, [&](const Claim& c) {
        return c.partner != &partner && same(*c.identity, identity);
      });
      if (other != claims.end())
        add("CH-CFG-049", partner.place, {{"name", partner.name}, {"other", other->partner->name}});
      claims.push_back({&partner, &identity});
    }
  }
}

void Validation::read_policies() {
  for (const tree::Document& document : policies_) {
    auto policy = read_policy(document, faults_);
    if (!policy) continue;
    const auto twin = std::ranges::find(parts_.policies, policy->recipient, &Policy::recipient);
    if (twin != parts_.policies.end())
      add("CH-CFG-066", policy->place,
          {{"recipient", std::string(name_of(policy->recipient))}, {"other", twin->place.file}});
    else
      parts_.policies.push_back(std::move(*policy));
  }
}

}  // namespace charmille::config
