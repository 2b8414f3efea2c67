// JSON, one document or many after each other: escapes are read, values and keys are searched.
#include <rapidjson/reader.h>

#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

/// RapidJSON's idea of a stream, over a payload.
class Pieces {
 public:
  using Ch = char;  // NOLINT: RapidJSON's name

  Pieces(Walk& walk, base::Reader& reader, const Spot& spot)
      : walk_(walk), reader_(reader), spot_(spot) {
    fill();
  }
  // NOLINTBEGIN: names of RapidJSON's stream concept
  char Peek() const { return at_ < piece_.size() ? piece_[at_] : '\0'; }
  char Take() {
    const char c = Peek();
    if (at_ < piece_.size() && ++at_ == piece_.size()) fill();
    return c;
  }
  std::size_t Tell() const { return before_ + at_; }
  void Put(char) {}
  void Flush() {}
  char* PutBegin() { return nullptr; }
  std::size_t PutEnd(char*) { return 0; }
  // NOLINTEND

  bool ended() const { return at_ == piece_.size(); }
  void skip_blanks() {
    while (!ended() && (Peek() == ' ' || Peek() == '\n' || Peek() == '\r' || Peek() == '\t'))
      Take();
  }
  void skip_mark() {
    if (piece_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (ended()) fill();
  }

 private:
  void fill() {
    before_ += piece_.size();
    at_ = 0;
    piece_ = walk_.piece(reader_, buffer_, spot_).value_or(std::string_view{});
  }

  Walk& walk_;
  base::Reader& reader_;
  const Spot& spot_;
  std::string buffer_;
  std::string_view piece_;
  std::size_t at_ = 0;
  std::size_t before_ = 0;
};

struct Handler : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
  Handler(Walk& walk, const Spot& spot) : values(walk, spot), keys(walk, spot) {}

  // NOLINTBEGIN: names of RapidJSON's handler concept
  bool String(const char* chars, rapidjson::SizeType size, bool) {
    return add(values, {chars, size});
  }
  bool RawNumber(const char* chars, rapidjson::SizeType size, bool) {
    return add(values, {chars, size});
  }
  bool Key(const char* chars, rapidjson::SizeType size, bool) { return add(keys, {chars, size}); }
  // NOLINTEND

  bool add(TextStream& stream, std::string_view text) {
    stream.add(text);
    stream.part();
    return true;
  }

  TextStream values;
  TextStream keys;
};

}  // namespace

bool read_json(Walk& walk, const base::Payload& payload, const Spot& spot) {
  const auto source = walk.open(payload);
  if (!source) return true;
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag |
                             rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag;
  Pieces pieces(walk, *source, spot);
  Handler handler(walk, spot);
  pieces.skip_mark();
  bool damaged = false;
  for (pieces.skip_blanks(); !pieces.ended() && !damaged; pieces.skip_blanks()) {
    rapidjson::Reader reader;
    damaged = reader.Parse<flags>(pieces, handler).IsError();
  }
  handler.values.finish();
  handler.keys.finish();
  return !damaged;
}

}  // namespace charmille::policy
