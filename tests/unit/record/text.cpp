#include "gateway/record/text.h"

#include <doctest/doctest.h>

using namespace charmille::record;

TEST_CASE("ordinary French text is left alone, to the byte") {
  for (const char* text : {"", "D'HAËNE", "Œuvrard, Élise", "12,50 € remis ; « reste dû »",
                           "deux\nlignes\tet une tabulation", "Łucja Ştefan"}) {
    const CleanText result = clean(text);
    CHECK_FALSE(result.changed);
    CHECK(result.remarks == 0);
  }
}

TEST_CASE("bidi marks, zero-width characters and controls are taken out and said") {
  CHECK(clean("\u202ETRAVERSE").changed == "TRAVERSE");
  CHECK(clean("Zo\u200Bé").changed == "Zoé");
  CHECK(clean("\uFEFFMAËS").changed == "MAËS");
  CHECK(clean(std::string("a\x01"
                          "b\x7F"))
            .changed == "ab");
  CHECK(clean("a\u0085b\u00ADc").changed == "abc");
  CHECK(clean("Zo\u200Bé").remarks == text_stripped);
}

TEST_CASE("accents written apart are composed") {
  const CleanText result = clean("Mae\u0308lys");
  CHECK(result.changed == "Maëlys");
  CHECK(result.remarks == text_normalised);
}

TEST_CASE("line ends become LF without a remark") {
  const CleanText result = clean("une\r\ndeux");
  CHECK(result.changed == "une\ndeux");
  CHECK(result.remarks == 0);
}

TEST_CASE("letters of two alphabets in one name are seen") {
  CHECK(look_at_name("DUP\u039FNT") == text_mixed);
  CHECK(look_at_name("\u0410NNA") == text_mixed);
  CHECK(look_at_name("DUPONT-ÉLISE") == 0);
  CHECK(look_at_name("Πέτρος") == 0);
}

TEST_CASE("letters that an encoding lost are seen") {
  CHECK(look_at_name("?tefan") == text_lost);
  CHECK(look_at_name("\uFFFD\uFFFD") == text_lost);
}

TEST_CASE("length counts characters") {
  CHECK(length_of("Élise") == 5);
  CHECK(length_of("") == 0);
}
