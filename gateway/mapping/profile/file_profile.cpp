#include "gateway/mapping/profile/file_profile.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/mapping/profile/header_doubt.h"

namespace charmille::mapping {
namespace {

constexpr std::size_t batch_size = 1000;
constexpr std::size_t most_remarks = 10;
constexpr std::size_t most_columns = 4096;

ColumnProfile* column_named(FileProfile& profile, std::string_view key, std::size_t guess) {
  auto& columns = profile.columns;
  if (guess < columns.size() && columns[guess].name() == key) return &columns[guess];
  const auto at = std::ranges::find(columns, key, &ColumnProfile::name);
  if (at != columns.end()) return &*at;
  if (columns.size() == most_columns) return nullptr;
  return &columns.emplace_back(std::string(key), FileProfile::most_records);
}

void feed(FileProfile& profile, const tree::Node& record) {
  for (std::size_t i = 0; i < record.items().size(); ++i) {
    const tree::Node& value = record.items()[i];
    const bool plain = value.is(tree::Kind::text) || value.is(tree::Kind::number) ||
                       value.is(tree::Kind::boolean) || value.is(tree::Kind::null);
    ColumnProfile* column = plain ? column_named(profile, record.key(i), i) : nullptr;
    if (column == nullptr) continue;
    if (column->promise() == Promise::name || column->promise() == Promise::given_name)
      profile.persons->add(value.chars());
    if (value.is(tree::Kind::boolean))
      column->feed(value.boolean_value() ? "true" : "false");
    else
      column->feed(value.is(tree::Kind::null) ? std::string_view{} : value.chars());
  }
}

bool begins_with_row(const tree::Document& batch) {
  const auto rows = batch.root().find("rows")->items();
  if (rows.empty() || !rows.front().is(tree::Kind::object)) return false;
  const auto keys = rows.front().shape().keys();
  HeaderDoubt doubt(std::vector<std::string>(keys.begin(), keys.end()));
  for (const tree::Node& row : rows.first(std::min(rows.size(), HeaderDoubt::most_rows)))
    for (std::size_t i = 0; i < row.items().size(); ++i) doubt.feed(i, row.items()[i].chars());
  return doubt.is_row();
}

void take(FileProfile& profile, codec::Batch& batch) {
  for (const tree::Node& row : batch.document.root().find("rows")->items())
    if (row.is(tree::Kind::object)) feed(profile, row);
  profile.records += batch.document.root().find("rows")->items().size() + batch.rejected.size();
  profile.rejected += batch.rejected.size();
  const auto keep = [&](Fault& fault) {
    if (profile.remarks.size() < most_remarks) profile.remarks.push_back(std::move(fault));
  };
  for (Fault& remark : batch.remarks) keep(remark);
  for (codec::Rejected& rejected : batch.rejected) keep(rejected.fault);
}

}  // namespace

Result<FileProfile> profile_file(const base::Payload& payload, const std::string& name,
                                 bool header) {
  auto written = codec::detect(payload, name);
  if (!written) return fail(std::move(written.error()));
  FileProfile profile;
  profile.file = name;
  profile.written = std::move(*written);
  auto stream = codec::open(profile.written.options, payload, name);
  if (!stream) return fail(std::move(stream.error()));
  for (bool last = false; !last;) {
    const std::size_t room = FileProfile::most_records - static_cast<std::size_t>(profile.records);
    if (room == 0) {
      profile.whole = false;
      break;
    }
    auto batch = (*stream)->next(std::min(batch_size, room));
    if (!batch) return fail(std::move(batch.error()));
    last = batch->last;
    const bool first = profile.records == 0;
    if (first && !header && profile.written.options.format == codec::Format::csv &&
        begins_with_row(batch->document))
      return fail("CH-MAP-072", {name, 1, 0, {}});
    take(profile, *batch);
  }
  if (profile.records == profile.rejected)
    return profile.remarks.empty() ? fail("CH-CSV-002", {name, 1, 0, {}})
                                   : fail(std::move(profile.remarks.front()));
  return profile;
}

void hide_persons(std::span<FileProfile> files) {
  for (FileProfile& file : files)
    for (ColumnProfile& column : file.columns) {
      const auto codes = column.codes();
      const bool named = std::ranges::any_of(codes, [&](const auto& code) {
        return std::ranges::any_of(
            files, [&](const FileProfile& other) { return other.persons->clashes(code.first); });
      });
      if (named) column.hide();
    }
}

}  // namespace charmille::mapping
