// Cuts a long JSON text into its records without parsing them: lines, or the items of one array.
#pragma once

#include <optional>

#include "gateway/codec/text_window.h"

namespace charmille::codec {

/// The text of one record; valid until the next one is asked for.
struct JsonCut {
  std::string_view text;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  bool oversize = false;  ///< longer than max-record: `text` is its beginning
};

class JsonCutter {
 public:
  JsonCutter(TextWindow& window, std::size_t max_record)
      : window_(window), max_record_(max_record) {}
  virtual ~JsonCutter() = default;
  /// Nothing at the end. A fault means that the rest cannot be cut.
  virtual Result<std::optional<JsonCut>> next() = 0;

 protected:
  /// The window holds at least one unread character, or its text has ended: false.
  Result<bool> more();
  base::Place place() const { return {window_.name(), line_, column_, {}}; }
  void step();

  TextWindow& window_;
  std::size_t max_record_;
  std::size_t start_ = 0;  // what the window must keep
  std::size_t pos_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

/// NDJSON: blank lines are skipped.
class LineCutter final : public JsonCutter {
 public:
  using JsonCutter::JsonCutter;
  Result<std::optional<JsonCut>> next() override;

 private:
  std::string beginning_;
};

/// `[item, item, ...]`.
class ItemCutter final : public JsonCutter {
 public:
  using JsonCutter::JsonCutter;
  Result<std::optional<JsonCut>> next() override;

 private:
  Result<char> first_visible();
  Result<void> skip_item();
  Result<std::optional<JsonCut>> finish();

  bool opened_ = false;
};

}  // namespace charmille::codec
