// How fast CSV is decoded: megabytes a second of processor time of one core, over a generated
// stream that is never in memory whole.
#include <cstdio>
#include <ctime>

#include "gateway/codec/codec.h"

using namespace charmille;

namespace {

constexpr std::uint64_t total = 200'000'000;

/// Rows like those of a DUI's list of persons, over and over.
class Rows final : public base::Reader {
 public:
  explicit Rows(std::string row) : row_(std::move(row)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    std::size_t filled = 0;
    while (filled < buffer.size() && given_ < total) {
      const std::string& from = given_ < header.size() ? header : row_;
      const std::size_t at =
          given_ < header.size() ? given_ : (given_ - header.size()) % row_.size();
      const std::size_t count = from.copy(buffer.data() + filled, buffer.size() - filled, at);
      filled += count;
      given_ += count;
    }
    return filled;
  }

 private:
  inline static const std::string header =
      "Dossier;Identifiant;Nom;Prenom;Sexe;Naissance;Lieu;Code;Nationalite;NIR;Cle;Statut;Entree;"
      "Sortie;Etablissement;Finess;Groupe;Referent;Prix;Observations\r\n";
  std::string row_;
  std::uint64_t given_ = 0;
};

void measure(const char* what, codec::Encoding encoding, const std::string& row) {
  codec::Options options;
  options.csv.encoding = encoding;
  const base::Payload payload(total, [&row]() -> Result<std::unique_ptr<base::Reader>> {
    return std::make_unique<Rows>(row);
  });
  const std::clock_t start = std::clock();
  auto stream = codec::open(options, payload, "bench.csv");
  std::uint64_t rows = 0;
  for (;;) {
    const auto batch = (*stream)->next(1000);
    if (!batch) {
      // The stream ends in the middle of a row: a cut last line.
      if (batch.error().code != "CH-CSV-009")
        std::printf("refused: %s\n", std::string(batch.error().code).c_str());
      break;
    }
    rows += batch->document.root().find("rows")->items().size();
    if (batch->last) break;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%-28s %7.0f MB/s  %9.0f rows/s\n", what, static_cast<double>(total) / 1e6 / seconds,
              static_cast<double>(rows) / seconds);
}

}  // namespace

int main() {
  using codec::Encoding;
  const std::string start = "2023-0001;E01002;";
  const std::string end =
      ";06/08/2015;Commune fictive 62-969;62969;Fran\xE7"
      "aise;1 15 08 62 969 255;63;Qualifi\xE9"
      "e;30/10/2023;;"
      "MECS Les Trois Tilleuls;990001018;L'\xC9rable;Mme B\xE9reng\xE8re Choquet;209,20;";
  const std::string plain = start + "B\xC9HAGUE;Rayan;M" + end + "\r\n";
  const std::string quoted =
      start + "B\xC9HAGUE;Rayan;M" + end +
      "\"Dentiste OK; contr\xF4le \"\"dans\"\" 6 mois\r\npuis carte Vitale.\"\r\n";
  std::string utf8;
  for (const char c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  measure("utf-8", Encoding::utf8, utf8);
  measure("windows-1252", Encoding::windows_1252, plain);
  measure("windows-1252, quoted texts", Encoding::windows_1252, quoted);
}
