// charmille certs list: the certificates that the configuration names, and when they end.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/time.h"
#include "gateway/cli/session.h"
#include "gateway/cli/world.h"
#include "gateway/net/tls.h"

namespace charmille::cli {
namespace {

struct Judged {
  std::string text;
  Style style;
};

Judged judge(const net::Certificate& certificate, const Session& s) {
  const base::Time now = base::system_clock().now();
  if (certificate.not_after < now) return {std::string(s.say("expiré", "expired")), Style::red};
  if (certificate.not_before > now)
    return {std::string(s.say("pas encore valable", "not valid yet")), Style::red};
  const auto days =
      std::chrono::duration_cast<std::chrono::days>(certificate.not_after - now).count();
  return {std::to_string(days) + std::string(s.say(" jours", " days")),
          days < 30 ? Style::yellow : Style::green};
}

Exit list(Session& s) {
  const auto site = s.load_configuration();
  if (!site) return Exit::usage;
  tree::Document doc;
  std::vector<tree::Node> nodes;
  Table table({std::string(s.say("où", "where")), std::string(s.say("fin", "end")),
               std::string(s.say("reste", "left")), std::string(s.say("sujet", "subject"))});
  Exit exit = Exit::done;
  for (const NamedCertificate& named : certificates_of(*site)) {
    const auto certificate = net::read_certificate(named.file);
    if (!certificate) {
      s.print(certificate.error());
      exit = Exit::data;
      continue;
    }
    const Judged judged = judge(*certificate, s);
    if (judged.style == Style::red) exit = Exit::data;
    table.add({named.place.path,
               base::to_date(certificate->not_after),
               {judged.text, judged.style},
               certificate->subject});
    nodes.push_back(doc.object({{"place", doc.text(named.place.path)},
                                {"file", doc.text(named.file.string())},
                                {"subject", doc.text(certificate->subject)},
                                {"issuer", doc.text(certificate->issuer)},
                                {"notBefore", doc.text(base::to_rfc3339(certificate->not_before))},
                                {"notAfter", doc.text(base::to_rfc3339(certificate->not_after))}}));
  }
  if (s.json)
    s.print_json(doc.array(nodes));
  else
    table.print(s.console);
  return exit;
}

}  // namespace

void add_certs(CLI::App& app, Session& session) {
  auto* certs = app.add_subcommand(
      "certs", std::string(session.say("les certificats que la configuration nomme",
                                       "the certificates that the configuration names")));
  certs->require_subcommand(1);
  certs
      ->add_subcommand(
          "list", std::string(session.say("leur sujet et leur fin", "their subject and their end")))
      ->callback([&session] { session.chosen = [&session] { return list(session); }; });
}

}  // namespace charmille::cli
