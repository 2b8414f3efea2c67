// Reads a whole payload through a record stream, for tests.
#pragma once

#include <optional>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"

namespace charmille::codec::test {

struct Reading {
  std::vector<tree::Document> documents;
  std::vector<const tree::Node*> rows;
  std::vector<Rejected> rejected;
  std::vector<std::string> remarks;
  std::optional<Fault> refused;

  std::string code() const { return refused ? std::string(refused->code) : ""; }
  std::string cell(std::size_t row, std::string_view column) const {
    const tree::Node* const node = rows.at(row)->find(column);
    return node == nullptr ? "absent" : std::string(node->chars());
  }
};

/// A fault without a text in the catalogue, or with an argument that nothing fills, is a mistake of
/// ours.
inline void check_fault(const Fault& f) {
  REQUIRE_MESSAGE(base::find_entry(f.code) != nullptr, f.code);
  for (const auto language : {base::Language::fr, base::Language::en}) {
    const std::string text = base::text_of(f, language) + base::remedy_of(f, language);
    for (const char* const name :
         {"{column", "{limit}", "{found}", "{expected}", "{delimiter}", "{seems}", "{encoding}",
          "{byte}", "{count}", "{number}", "{key}", "{entry}", "{name}", "{reason}", "{prefix}",
          "{line}", "{element}"})
      CHECK_MESSAGE(text.find(name) == text.npos, text);
  }
}

inline Reading read(const Options& options, base::Payload payload, std::size_t limit = 3) {
  Reading reading;
  auto stream = open(options, payload, "f");
  REQUIRE(stream);
  for (;;) {
    auto batch = (*stream)->next(limit);
    if (!batch) {
      check_fault(batch.error());
      reading.refused = std::move(batch.error());
      return reading;
    }
    for (Rejected& rejected : batch->rejected) {
      check_fault(rejected.fault);
      reading.rejected.push_back(std::move(rejected));
    }
    for (const Fault& remark : batch->remarks) {
      check_fault(remark);
      reading.remarks.emplace_back(remark.code);
    }
    reading.documents.push_back(std::move(batch->document));
    if (const tree::Node* const rows = reading.documents.back().root().find("rows"))
      for (const tree::Node& row : rows->items()) reading.rows.push_back(&row);
    if (batch->last) return reading;
  }
}

inline Reading read_csv(std::string bytes, CsvInput csv = {}, std::size_t limit = 3) {
  return read({Format::csv, std::move(csv), {}}, base::Payload(std::move(bytes)), limit);
}

/// A payload whose reader gives `step` bytes at a time, so that every boundary is met.
inline base::Payload drip(std::string bytes, std::size_t step) {
  class Dripping final : public base::Reader {
   public:
    Dripping(std::shared_ptr<const std::string> bytes, std::size_t step)
        : bytes_(std::move(bytes)), step_(step) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      const std::size_t count = bytes_->copy(buffer.data(), std::min(buffer.size(), step_), at_);
      at_ += count;
      return count;
    }

   private:
    std::shared_ptr<const std::string> bytes_;
    std::size_t step_;
    std::size_t at_ = 0;
  };
  const auto shared = std::make_shared<const std::string>(std::move(bytes));
  return base::Payload(shared->size(), [shared, step]() -> Result<std::unique_ptr<base::Reader>> {
    return std::make_unique<Dripping>(shared, step);
  });
}

}  // namespace charmille::codec::test
