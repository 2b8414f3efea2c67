// How much processor time a mapping of 25 fields takes: a small JSON document, and rows of a CSV
// file. One thread.
#include <algorithm>
#include <cstdio>
#include <string>
#include <time.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/mapping.h"

namespace {

using namespace charmille;

/// Processor time of this thread in microseconds: what others do on the machine does not count.
double now_us() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

constexpr const char* fields = R"(
  identity:
    birthName: "{{ nom.trim().upper() }}"
    usedName: "{{ nom_usage.trim() }}"
    givenName: "{{ prenoms.trim() }}"
    birthGivenNames: "{[ prenoms.split(', ') ]}"
    birthDate: "{{ naissance.parseDate('dd/MM/yyyy') }}"
    sex: "{{ sexe.translate('sexe') }}"
    insee: "{{ insee }}"
    nationality: "{{ nationalite }}"
  ins: {value: "{{ nir.replaceMatches('[^0-9AB]', '').substring(0, 13) }}", status: "{{ statut_ins }}", oid: "{{ oid }}"}
  stay:
    from: "{{ entree.parseDate('dd/MM/yyyy') }}"
    to: "{{ sortie.where($this != '01/01/1900').parseDate('dd/MM/yyyy') }}"
    reason: "{{ motif }}"
    place: "{{ etablissement }}"
    finess: "{{ finess }}"
    group: "{{ groupe }}"
    referent: "{{ referent }}"
    number: "{{ numero_ase }}"
    price: "{{ prix.replace(',', '.').toDecimal() }}"
    secret: "{{ iif(confidentiel.upper() in ('OUI' | 'O'), true, false) }}"
  contact: "{{ prenom_usuel }} {{ nom }}"
  phone: "{{ telephone.digits() }}"
  remark: "{{ observations.trim() }}"
  source: "{{ %source }}"
)";

constexpr const char* document =
    R"({"nom": " Béhague ", "nom_usage": "", "prenoms": "Rayan, Jérémie", "prenom_usuel": "Rayan",
 "naissance": "06/08/2015", "sexe": "M", "insee": "62969", "nationalite": "Française", "nir": "1 15 08 62 969 255 63",
 "statut_ins": "Qualifiée", "oid": "1.2.250.1.213.1.4.10", "entree": "30/10/2023", "sortie": "01/01/1900", "motif": "",
 "etablissement": "MECS Les Trois Tilleuls", "finess": "990001018", "groupe": "Le Phare", "referent": "M. Noël Quiévreux",
 "numero_ase": "V10020013", "prix": "181,90", "confidentiel": "OUI", "telephone": "07.67.97.70.68", "observations": " rien "})";

std::shared_ptr<const mapping::Mapping> compile(const char* from, const char* each) {
  const std::string yaml =
      std::string("mapping: bench\nfrom: ") + from + "\nto: tree\n" + each +
      "vars: {source: Eo}\ntables:\n  sexe: {F: female, M: male, G: male}\ntemplate:" + fields;
  auto loaded = mapping::load({"bench.yaml", "bench.yaml", {}}, yaml);
  if (loaded) return *loaded;
  for (const Fault& fault : loaded.error())
    std::fprintf(stderr, "%s\n", base::describe(fault, base::Language::en).c_str());
  return nullptr;
}

/// Best of five rounds, in microseconds for one item.
template <class Work>
double measure(std::size_t items, Work work) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const double start = now_us();
    work();
    best = std::min(best, (now_us() - start) / static_cast<double>(items));
  }
  return best;
}

/// The document as `count` rows of a CSV file.
std::string csv(std::size_t count) {
  auto parsed = codec::read_json(document, "in.json");
  std::string header;
  std::string row;
  for (std::size_t i = 0; i < parsed->root().items().size(); ++i) {
    const std::string mark = i == 0 ? "" : ";";
    header += mark + std::string(parsed->root().key(i));
    row += mark + std::string(parsed->root().items()[i].chars());
  }
  std::string out = header + "\n";
  for (std::size_t i = 0; i < count; ++i) out += row + "\n";
  return out;
}

}  // namespace

int main() {
  const auto from_json = compile("json", "");
  const auto from_csv = compile("csv", "each: rows\n");
  if (!from_json || !from_csv) return 1;
  const auto input = codec::read_json(document, "in.json");
  const mapping::Variables variables;
  constexpr std::size_t rounds = 20'000;
  std::size_t faults = 0;

  const double compile_us = measure(50, [&] {
    for (int i = 0; i < 50; ++i) (void)compile("json", "");
  });
  const double json_us = measure(rounds, [&] {
    for (std::size_t i = 0; i < rounds; ++i)
      for (const mapping::Item& item : mapping::apply(*from_json, *input, nullptr, variables))
        faults += item.faults.size();
  });
  const double whole_us = measure(rounds, [&] {
    for (std::size_t i = 0; i < rounds; ++i) {
      const auto read = codec::read_json(document, "in.json");
      for (const mapping::Item& item : mapping::apply(*from_json, *read, nullptr, variables))
        faults += codec::write_json(item.document.root()).empty() ? 1 : 0;
    }
  });
  const std::string file = csv(rounds);
  const double csv_us = measure(rounds, [&] {
    auto stream = codec::open(codec::Options{}, base::Payload(file), "in.csv");
    for (bool last = false; !last;) {
      auto batch = (*stream)->next(1000);
      if (!batch) {
        ++faults;
        return;
      }
      for (const mapping::Item& item :
           mapping::apply(*from_csv, batch->document, nullptr, variables))
        faults += item.faults.size();
      last = batch->last;
    }
  });
  std::printf("compile a mapping of 25 fields         %8.1f us\n", compile_us);
  std::printf("map 25 fields of a JSON document       %8.2f us\n", json_us);
  std::printf("read JSON, map, write JSON             %8.2f us\n", whole_us);
  std::printf("read a CSV row of 23 columns and map   %8.2f us\n", csv_us);
  if (faults != 0) std::printf("faults: %zu\n", faults);
  return faults == 0 ? 0 : 1;
}
