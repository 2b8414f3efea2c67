// PDF: every string of every object (document information, bookmarks, annotations, fields), XMP,
// attachments, and the pages twice: as the strings of their operators, and as a reader sees them.
#include "gateway/policy/scan/pdf.h"

#include <limits>
#include <optional>

#include "gateway/codec/text_tables.h"
#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

Obstacle obstacle_of(PdfTrouble trouble) {
  switch (trouble) {
    case PdfTrouble::encrypted:
      return Obstacle::encrypted;
    case PdfTrouble::damaged:
      return Obstacle::damaged;
    case PdfTrouble::too_large:
      return Obstacle::too_large;
    case PdfTrouble::too_deep:
      return Obstacle::too_deep;
  }
  return Obstacle::damaged;
}

/// Searches what the taking apart tells.
class Listener final : public PdfListener {
 public:
  Listener(Walk& walk, const Spot& spot)
      : walk_(walk),
        spot_(spot),
        here_(spot),
        values_(walk, spot.part("pdf").as(Carrier::metadata)),
        names_(walk, spot.part("pdf").as(Carrier::name)) {}

  Spot page_spot(std::size_t page) const {
    return spot_.part("pdf.page[" + std::to_string(page + 1) + ']');
  }

  bool spend(std::uint64_t bytes) override { return walk_.spend(bytes, spot_); }
  void string(std::string_view text, bool is_name) override {
    TextStream& stream = is_name ? names_ : values_;
    stream.add(text);
    stream.part();
  }
  void object_ends() override {
    values_.finish();
    names_.finish();
  }
  void stream(int object, bool is_attachment, std::string bytes) override {
    const std::string number = '[' + std::to_string(object) + ']';
    if (is_attachment)
      return walk_.content(base::Payload(std::move(bytes)), {},
                           spot_.inside("pdf.attachment" + number));
    // XMP, forms in XML, scripts, tables: most are no document, and no text of the page either.
    walk_.embedded(std::move(bytes), spot_.part("pdf.object" + number).as(Carrier::metadata),
                   std::numeric_limits<std::size_t>::max());
  }
  void page(std::size_t page) override {
    here_ = page_spot(page);
    page_.emplace(walk_, here_);
  }
  /// Read as most fonts are encoded. Poppler knows the other encodings, but leaves out what stands
  /// beside the page.
  void page_string(std::string_view bytes) override {
    const codec::HighHalf& table = codec::high_half(codec::Encoding::windows_1252);
    std::string utf8;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      codec::append_utf8(byte < 0x80 ? byte : table[byte - 0x80U], utf8);
    }
    string_of_page(utf8);
  }
  void page_ends() override {
    if (page_) page_->finish();
    page_.reset();
    here_ = spot_;
  }
  void trouble(PdfTrouble what) override { walk_.obstacle(obstacle_of(what), here_); }

 private:
  void string_of_page(std::string_view utf8) {
    if (!page_) return;
    page_->add(utf8);
    page_->part();
  }

  Walk& walk_;
  const Spot spot_;
  Spot here_;  ///< the document, or the page under way
  TextStream values_;
  TextStream names_;
  std::optional<TextStream> page_;
};

/// Characters that a reader sees: no blanks, and none of those that fonts without a table give.
std::uint64_t visible_in(std::string_view utf8) {
  std::uint64_t count = 0;
  Utf8Reader().read(utf8, [&](char32_t c) {
    const bool nothing = c <= ' ' || c == 0xA0 || c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF);
    if (!nothing) ++count;
  });
  return count;
}

/// Is what the page shows readable as text? A scan is an image, with little or no text over it;
/// letters may be outlines, or belong to a font that does not say which characters they are.
bool is_readable(const Shown& shown, std::uint64_t visible) {
  constexpr std::uint64_t page_image = 250'000;
  constexpr std::uint64_t outlines = 500;
  constexpr std::uint64_t short_text = 200;
  if (visible == 0) return !shown.painted && shown.text == 0;
  if (visible < short_text && (shown.pixels >= page_image || shown.curves >= outlines))
    return false;
  return shown.text < 40 || visible * 4 >= shown.text;
}

}  // namespace

void read_pdf(Walk& walk, const std::string& bytes, const Spot& spot) {
  if (!inflates_within(bytes, walk.limits().total)) return walk.obstacle(Obstacle::too_large, spot);
  Listener listener(walk, spot);
  const auto pages = take_apart(bytes, {walk.limits().document, walk.limits().pages}, listener);
  if (!pages || !walk.spend(0, spot)) return;
  std::size_t read = 0;
  const bool opened = read_pages(pages->plain, [&](std::size_t i, const PageText& page) {
    const Spot at = listener.page_spot(i);
    for (const std::string_view text : {page.written, page.laid_out}) {
      if (!walk.spend(text.size(), at)) return false;
      TextStream stream(walk, at);
      stream.add(text);
      stream.finish();
    }
    if (i < pages->shown.size() && !is_readable(pages->shown[i], visible_in(page.written)))
      walk.obstacle(Obstacle::no_text, at);
    ++read;
    return true;
  });
  if (!opened || (read != pages->shown.size() && walk.spend(0, spot)))
    walk.obstacle(Obstacle::damaged, spot);
}

}  // namespace charmille::policy
