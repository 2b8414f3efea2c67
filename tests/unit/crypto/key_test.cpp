#include "gateway/crypto/key.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/crypto/keyring.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sheet.h"
#include "tests/unit/crypto/scripted.h"

using namespace charmille;
using namespace charmille::crypto;
namespace fs = std::filesystem;

static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
static_assert(!std::is_copy_constructible_v<Sheet>);

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "charmille-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

const base::Time day = base::from_micros(1'780'000'000'000'000);

template <class T>
std::string_view code_of(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

std::string line_of(std::string_view text, std::string_view label) {
  const std::size_t at = text.find("    " + std::string(label) + ": ");
  REQUIRE(at != text.npos);
  return std::string(text.substr(at, text.find('\n', at) - at + 1));
}

}  // namespace

TEST_CASE("a key that was moved away holds nothing") {
  ScriptedRandom random;
  Key key = Key::generate(random);
  const Key copy = key.clone();
  const Key moved = std::move(key);
  CHECK(same(moved, copy));
  CHECK(base::to_hex(key.reveal()) == std::string(64, '0'));  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a wrapped key opens only unchanged, under its key and in its context") {
  ScriptedRandom random;
  const Key key = Key::generate(random);
  const Key under = Key::generate(random);
  const std::string wrapped = wrap(key, under, "payload|1", random);
  CHECK(wrapped.size() == wrapped_size);
  CHECK(wrapped != wrap(key, under, "payload|1", random));
  CHECK(same(unwrap(base::as_bytes(wrapped), under, "payload|1").value(), key));
  CHECK(code_of(unwrap(base::as_bytes(wrapped), key, "payload|1")) == "CH-KEY-010");
  CHECK(code_of(unwrap(base::as_bytes(wrapped), under, "payload|2")) == "CH-KEY-010");
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    std::string changed = wrapped;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(code_of(unwrap(base::as_bytes(changed), under, "payload|1")) == "CH-KEY-010");
    CHECK(code_of(unwrap(base::as_bytes(wrapped).first(i), under, "payload|1")) == "CH-KEY-010");
  }
}

TEST_CASE("keys init writes a file that only its owner reads, and never over another") {
  const Folder folder;
  ScriptedRandom random;
  const fs::path path = folder / "master.key";
  const auto sheet = create_master(path, random, day);
  REQUIRE(sheet);
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0400);
  CHECK(info.st_nlink == 1);
  const auto master = open_master_file(path);
  REQUIRE(master);
  CHECK(sheet->text().find("Id: " + (*master)->id()) != std::string_view::npos);
  CHECK(code_of(create_master(path, random, day)) == "CH-KEY-006");
  CHECK((*open_master_file(path))->id() == (*master)->id());
  CHECK(code_of(create_master(folder / "absent/master.key", random, day)) == "CH-KEY-007");
}

TEST_CASE(
    "a master key that others could read or change is refused, with the command that mends it") {
  const Folder folder;
  ScriptedRandom random;
  const fs::path path = folder / "master.key";
  REQUIRE(create_master(path, random, day));
  for (const mode_t mode : {0440U, 0404U, 0420U, 0644U, 0700U, 04400U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto refused = open_master_file(path);
    REQUIRE(code_of(refused) == "CH-KEY-002");
    CHECK(
        base::remedy_of(refused.error(), base::Language::en).find("chmod 0400 " + path.string()) !=
        std::string::npos);
  }
  for (const mode_t mode : {0400U, 0600U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(open_master_file(path));
  }
  if (::geteuid() == 0) {
    REQUIRE(::chown(path.c_str(), 12345, 0) == 0);
    CHECK(code_of(open_master_file(path)) == "CH-KEY-003");
    REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  }
  fs::create_symlink(path, folder / "link");
  CHECK(code_of(open_master_file(folder / "link")) == "CH-KEY-004");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(code_of(open_master_file(folder / "pipe")) == "CH-KEY-004");
  CHECK(code_of(open_master_file(folder / "none")) == "CH-KEY-001");
}

TEST_CASE("a file that holds something else is not taken for a master key") {
  const Folder folder;
  for (const std::string_view text :
       {"", "secret\n", "charmille-master-key-1 ", "charmille-master-key-1 AAAA\n"}) {
    const fs::path path = folder / "other";
    fs::remove(path);
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    CHECK(code_of(open_master_file(path)) == "CH-KEY-005");
  }
}

TEST_CASE("a systemd credential is read by its name from its folder, never through a path") {
  const Folder folder;
  ScriptedRandom random;
  REQUIRE(create_master(folder / "master", random, day));
  REQUIRE(::chmod((folder / "master").c_str(), 0440) == 0);  // how systemd shows its ACL
  CHECK(open_master_credential("master", folder / ""));
  for (const std::string_view name : {"", "..", "../master", "/etc/passwd"})
    CHECK(code_of(open_master_credential(name, folder / "")) == "CH-KEY-009");
  REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
  CHECK(code_of(open_master_credential("master")) == "CH-KEY-008");
  REQUIRE(::setenv("CREDENTIALS_DIRECTORY", (folder / "").c_str(), 1) == 0);
  CHECK(open_master_credential("master"));
  REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
}

TEST_CASE("the sheet gives the key back, as printed and as a person types it") {
  ScriptedRandom random;
  for (int i = 0; i < 50; ++i) {
    const Key key = Key::generate(random);
    const Sheet sheet = sheet_of(key, day);
    CHECK(same(key_of_sheet(sheet.text()).value(), key));
    std::string typed;
    for (const std::string_view label : {"4", "2", "1", "Id", "3"})
      typed += line_of(sheet.text(), label);
    for (char& c : typed) {
      if (c == '-') c = ' ';
      if (c == '0') c = 'o';
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    // The id is hexadecimal: there a zero stays a zero.
    typed = replaced(typed, typed.substr(typed.find("id:"), 13), "id: " + master_id(key) + "\n");
    CHECK(same(key_of_sheet(typed).value(), key));
  }
}

TEST_CASE("the sheet says in both languages what a loss means, in lines that a printer takes") {
  ScriptedRandom random;
  const Sheet sheet = sheet_of(Key::generate(random), day);
  CHECK(sheet.text().find("PERDRE CETTE CLEF, C'EST TOUT PERDRE") != std::string_view::npos);
  CHECK(sheet.text().find("A LOST MASTER KEY LOSES EVERYTHING") != std::string_view::npos);
  CHECK(sheet.text().find(base::to_date(day)) != std::string_view::npos);
  CHECK(sheet.text().find('{') == std::string_view::npos);
}

TEST_CASE("each mistyped character of a sheet is found, in its line") {
  ScriptedRandom random;
  const Sheet sheet = sheet_of(Key::generate(random), day);
  const std::string text(sheet.text());
  for (const std::string_view label : {"1", "2", "3", "4"}) {
    const std::string line = line_of(text, label);
    int missed = 0;
    for (std::size_t i = 7; i < line.size() - 1; ++i) {
      if (line[i] == '-') continue;
      std::string wrong = line;
      wrong[i] = wrong[i] == 'Z' ? 'Y' : 'Z';
      const auto refused = key_of_sheet(replaced(text, line, wrong));
      if (refused) {
        ++missed;
        continue;
      }
      CHECK(refused.error().code == "CH-KEY-020");
      CHECK(refused.error().args[0].second == label);
    }
    CHECK(missed == 0);
    const auto lacking = key_of_sheet(replaced(text, line, ""));
    CHECK(code_of(lacking) == "CH-KEY-021");
    CHECK(code_of(key_of_sheet(replaced(text, line, line.substr(0, line.size() - 2) + "\n"))) ==
          "CH-KEY-020");
  }
  CHECK(code_of(key_of_sheet(replaced(text, line_of(text, "Id"), ""))) == "CH-KEY-022");
}

TEST_CASE("lines of two sheets do not make a key") {
  ScriptedRandom random;
  const Sheet one = sheet_of(Key::generate(random), day);
  const Sheet two = sheet_of(Key::generate(random), day);
  const std::string mixed =
      replaced(std::string(one.text()), line_of(one.text(), "3"), line_of(two.text(), "3"));
  CHECK(code_of(key_of_sheet(mixed)) == "CH-KEY-020");
}

TEST_CASE("a master key restored from its sheet opens the keyring again") {
  const Folder folder;
  ScriptedRandom random;
  const auto sheet = create_master(folder / "first", random, day);
  REQUIRE(sheet);
  const auto master = open_master_file(folder / "first");
  const auto blobs = Keyring::create(2026, random).wrapped(**master, random);
  REQUIRE(restore_master(folder / "second", sheet->text()));
  const auto restored = open_master_file(folder / "second");
  CHECK(Keyring::open(**restored, *blobs));
}

TEST_CASE("a keyring comes back from its wrapped keys with every key, under the same master only") {
  ScriptedRandom random;
  const auto master = master_of(Key::generate(random));
  Keyring ring = Keyring::create(2026, random);
  CHECK(ring.add_epoch(Purpose::tag, 2027, random));
  CHECK_FALSE(ring.add_epoch(Purpose::tag, 2027, random));
  const auto blobs = ring.wrapped(*master, random);
  REQUIRE(blobs);
  CHECK(blobs->size() == 5);
  const auto again = Keyring::open(*master, *blobs);
  REQUIRE(again);
  const base::Uuid child = base::uuid_v4(random);
  CHECK(same(again->lookup(), ring.lookup()));
  CHECK(same(again->digest(), ring.digest()));
  CHECK(again->tag(2026, child) == ring.tag(2026, child));
  CHECK(again->epochs(Purpose::tag) == std::vector<std::uint32_t>{2026, 2027});
  CHECK(again->tags(child) == std::vector<Tag>{*ring.tag(2026, child), *ring.tag(2027, child)});
  const auto other = master_of(Key::generate(random));
  CHECK(code_of(Keyring::open(*other, *blobs)) == "CH-KEY-011");
}

TEST_CASE("keys of a ring that are missing, doubled or exchanged are refused") {
  ScriptedRandom random;
  const auto master = master_of(Key::generate(random));
  const auto blobs = Keyring::create(2026, random).wrapped(*master, random).value();
  for (std::size_t i = 0; i < 3; ++i) {
    auto fewer = blobs;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(code_of(Keyring::open(*master, fewer)) == "CH-KEY-012");
  }
  auto twice = blobs;
  twice.push_back(blobs[1]);
  CHECK(code_of(Keyring::open(*master, twice)) == "CH-KEY-013");
  auto exchanged = blobs;
  std::swap(exchanged[0].bytes, exchanged[1].bytes);
  CHECK(code_of(Keyring::open(*master, exchanged)) == "CH-KEY-010");
  auto aged = blobs;
  aged[3].epoch = 2030;
  CHECK(code_of(Keyring::open(*master, aged)) == "CH-KEY-010");
}

TEST_CASE("what was sealed stays readable when the master key and the store key are rotated") {
  ScriptedRandom random;
  const auto first = master_of(Key::generate(random));
  const auto second = master_of(Key::generate(random));
  Keyring ring = Keyring::create(2026, random);
  const DataKey old = ring.new_data_key("child|1", random);
  const std::string sealed = seal("text", old.key, "statement|1", random);
  const auto rewrapped =
      Keyring::open(*first, ring.wrapped(*first, random).value())->wrapped(*second, random);
  Keyring rotated = Keyring::open(*second, *rewrapped).value();
  CHECK(rotated.add_epoch(Purpose::store, 2, random));
  const auto key = rotated.open_data_key(base::as_bytes(old.wrapped), "child|1");
  REQUIRE(key);
  CHECK(open_sealed(sealed, *key, "statement|1").value() == "text");
  const DataKey fresh = rotated.new_data_key("child|2", random);
  CHECK(same(rotated.open_data_key(base::as_bytes(fresh.wrapped), "child|2").value(), fresh.key));
  CHECK(code_of(ring.open_data_key(base::as_bytes(fresh.wrapped), "child|2")) == "CH-KEY-014");
}

TEST_CASE("the key of one child does not open as the key of another") {
  ScriptedRandom random;
  const Keyring ring = Keyring::create(2026, random);
  const DataKey key = ring.new_data_key("child|1", random);
  CHECK(code_of(ring.open_data_key(base::as_bytes(key.wrapped), "child|2")) == "CH-KEY-010");
  CHECK(code_of(ring.open_data_key({}, "child|1")) == "CH-KEY-010");
}

TEST_CASE("the tag of a child changes with the child and with the year, and lacks without a key") {
  ScriptedRandom random;
  Keyring ring = Keyring::create(2026, random);
  ring.add_epoch(Purpose::tag, 2027, random);
  const base::Uuid one = base::uuid_v4(random);
  const base::Uuid two = base::uuid_v4(random);
  CHECK(ring.tag(2026, one) == ring.tag(2026, one));
  CHECK(ring.tag(2026, one) != ring.tag(2026, two));
  CHECK(ring.tag(2026, one) != ring.tag(2027, one));
  CHECK_FALSE(ring.tag(2025, one));
}

TEST_CASE("every purpose is found by its name") {
  for (const Purpose purpose : {Purpose::store, Purpose::lookup, Purpose::digest, Purpose::tag})
    CHECK(purpose_of(name_of(purpose)) == purpose);
  CHECK_FALSE(purpose_of("master"));
}
