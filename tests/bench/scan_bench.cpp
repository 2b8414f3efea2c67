// What the scan for secrets costs on one core: building the automaton of a lot, searching text,
// reading PDFs.
#include <cstdio>
#include <random>
#include <string>
#include <time.h>

#include "gateway/policy/scan.h"
#include "tests/unit/policy/carriers.h"

using namespace charmille;
using namespace charmille::policy;

namespace {

double thread_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Work>
double best_of(int rounds, Work work) {
  double best = 1e18;
  for (int i = 0; i < rounds; ++i) {
    const double start = thread_time();
    work();
    best = std::min(best, thread_time() - start);
  }
  return best;
}

/// Addresses and phone numbers of a lot of children.
std::vector<Secret> secrets_of_lot(std::size_t count) {
  static const char* const streets[] = {"RUEDELAGARE", "AVENUEJEANMOULIN", "IMPASSEDUMOULINAVENT",
                                        "CHEMINDESPRES"};
  static const char* const towns[] = {"HAUTECLAIRE", "BOISREAUX", "VERMANDSURLYS"};
  std::mt19937 random(1);
  std::vector<Secret> secrets;
  for (std::size_t i = 0; i < count; ++i) {
    Secret secret;
    if (i % 2 == 0)
      secret.needle.letters = std::to_string(1 + random() % 9999) + streets[random() % 4] +
                              std::to_string(10000 + random() % 89999) + towns[random() % 3];
    else
      secret.needle.letters = "0" + std::to_string(100000000 + random() % 899999999);
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

std::string rows(std::size_t size) {
  std::mt19937 random(2);
  std::string text;
  while (text.size() < size)
    text += "E" + std::to_string(random() % 100000) + ";BÉHAGUE;Célestin, Jérémie;06/01/2017;" +
            std::to_string(1 + random() % 200) + " rue de la Gare;99" +
            std::to_string(100 + random() % 899) + ";Hauteclaire;07 " +
            std::to_string(10 + random() % 89) + " 97 70 68;Réservé à l'équipe éducative\r\n";
  return text;
}

void report(const char* name, double seconds, double amount, const char* unit) {
  std::printf("%-52s %9.1f ms %9.1f %s\n", name, seconds * 1e3, amount, unit);
}

}  // namespace

int main() {
  constexpr std::size_t count = 40'000;
  const auto secrets = secrets_of_lot(count);
  report("automaton of 40,000 needles", best_of(5, [&] { Scanner scanner(secrets); }),
         static_cast<double>(count), "needles");
  const Scanner scanner(secrets);
  const std::string csv = rows(20'000'000);
  const double megabytes = static_cast<double>(csv.size()) / 1e6;
  const auto scan = [&](const base::Payload& payload, const char* type) {
    const auto result = scanner.scan(payload, type);
    if (!result || !result->clear()) std::printf("not clear\n");
  };
  const base::Payload text(csv);
  double seconds = best_of(3, [&] { scan(text, "text/csv"); });
  report("CSV in UTF-8", seconds, megabytes / seconds, "MB/s");
  std::string json = "[";
  for (std::size_t at = 0; at + 200 < csv.size(); at += 200) {
    if (at > 0) json += ',';
    json += "{\"texte\":\"";
    for (const char c : csv.substr(at, 200))
      if (static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x80) json += c;
    json += "\"}";
  }
  const base::Payload tree(json + "]");
  seconds = best_of(3, [&] { scan(tree, "application/json"); });
  report("JSON", seconds, static_cast<double>(json.size()) / 1e6 / seconds, "MB/s");
  const std::vector<std::string> lines(50, "Compte rendu de la visite du 12 juin : tout va bien.");
  const base::Payload pdf(pdf_of({.content = text_operators(lines)}));
  constexpr int pages = 50;
  seconds = best_of(3, [&] {
    for (int i = 0; i < pages; ++i) scan(pdf, "application/pdf");
  });
  report("PDF of one page", seconds / pages, pages / seconds, "documents/s");
  return 0;
}
