// PDF: every string of every object (document information, bookmarks, annotations, fields), XMP,
// attachments, and the pages twice: as the strings of their operators, and as a reader sees them.
#include "gateway/policy/scan/pdf.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#define POINTERHOLDER_TRANSITION 4  // NOLINT: qpdf asks for it
#include <qpdf/Buffer.hh>
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

#include "gateway/codec/text_tables.h"
#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

using Object = QPDFObjectHandle;

constexpr unsigned deepest_form = 30;
constexpr std::uint64_t longest_page = 500'000;  ///< bytes of text

/// What a page, or a form on it, shows.
struct Shown {
  std::uint64_t cost = 0;    ///< bytes of operators, forms counted each time they are drawn
  std::uint64_t text = 0;    ///< bytes of its strings
  std::uint64_t pixels = 0;  ///< of its largest image
  std::uint64_t curves = 0;  ///< letters drawn as outlines have many
  bool painted = false;

  void add(const Shown& other) {
    const auto sum = [](std::uint64_t a, std::uint64_t b) {
      return a > std::numeric_limits<std::uint64_t>::max() - b
                 ? std::numeric_limits<std::uint64_t>::max()
                 : a + b;
    };
    cost = sum(cost, other.cost);
    text = sum(text, other.text);
    curves = sum(curves, other.curves);
    pixels = std::max(pixels, other.pixels);
    painted = painted || other.painted;
  }
};

/// Takes decoded bytes up to a limit.
class Sink final : public Pipeline {
 public:
  explicit Sink(std::uint64_t limit) : Pipeline("sink", nullptr), limit_(limit) {}
  void write(const unsigned char* data, std::size_t size) override {
    if (bytes.size() + size > limit_) {
      overflowed = true;
      throw std::runtime_error("limit");
    }
    bytes.append(reinterpret_cast<const char*>(data), size);
  }
  void finish() override {}

  std::string bytes;
  bool overflowed = false;

 private:
  const std::uint64_t limit_;
};

/// The operators of a page or a form, one after the other.
class Operators final : public Object::ParserCallbacks {
 public:
  using Take = std::function<void(const std::string& name, const std::vector<Object>& operands)>;
  explicit Operators(Take take) : take_(std::move(take)) {}

  void handleObject(Object object) override {
    if (object.isOperator()) {
      take_(object.getOperatorValue(), operands_);
      operands_.clear();
    } else if (object.isInlineImage()) {
      take_("BI", {});
    } else {
      operands_.push_back(object);
    }
  }
  void handleEOF() override {}

 private:
  const Take take_;
  std::vector<Object> operands_;
};

bool is_named(const Object& dictionary, const std::string& key, const std::string& value) {
  Object copy = dictionary;
  return copy.getKey(key).isNameAndEquals(value);
}

/// Characters that a reader sees: no blanks, and none of those that fonts without a table give.
std::uint64_t visible_in(std::string_view utf8) {
  std::uint64_t count = 0;
  Utf8Reader().read(utf8, [&](char32_t c) {
    const bool nothing = c <= ' ' || c == 0xA0 || c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF);
    if (!nothing) ++count;
  });
  return count;
}

class PdfReading {
 public:
  PdfReading(Walk& walk, const Spot& spot) : walk_(walk), spot_(spot) {}

  void read(const std::string& bytes);

 private:
  using Key = QPDFObjGen;

  void look_at(const Object& object);
  void strings(Object object, TextStream& values, TextStream& names, unsigned depth);
  void note_roles(Object dictionary);
  void stream(Object object);
  std::optional<std::string> decoded(Object stream, const Spot& spot);
  Shown page(Object page, const Spot& spot);
  Shown form(Object form, Object resources, TextStream& text, unsigned depth);
  Shown resource(Object resources, const std::string& name, TextStream& text, unsigned depth);
  Shown operators(Object content, bool is_page, Object resources, TextStream& text, unsigned depth);
  void operand_strings(Object operand, TextStream& text, Shown& shown);
  std::string rewritten(const std::vector<Object>& pages);
  void texts(const std::vector<Object>& pages, const std::vector<Shown>& shown);

  Walk& walk_;
  const Spot& spot_;
  QPDF pdf_;
  std::set<Key> unsearched_;  ///< fonts, and tables of characters
  std::set<Key> attachments_;
  std::map<Key, Shown> forms_;  ///< those already read
  std::set<Key> under_way_;
};

void PdfReading::read(const std::string& bytes) {
  pdf_.setSuppressWarnings(true);
  pdf_.setAttemptRecovery(false);
  pdf_.processMemoryFile("pdf", bytes.data(), bytes.size());
  if (pdf_.isEncrypted()) return walk_.obstacle(Obstacle::encrypted, spot_);
  const std::vector<Object> objects = pdf_.getAllObjects();
  Object trailer = pdf_.getTrailer();
  look_at(trailer);
  for (const Object& object : objects) look_at(object);
  for (const Object& object : objects)
    if (Object(object).isStream()) stream(object);

  const std::vector<Object> pages = pdf_.getAllPages();
  if (pages.size() > walk_.limits().pages) return walk_.obstacle(Obstacle::too_large, spot_);
  std::vector<Shown> shown;
  Shown all;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Spot spot = spot_.part("pdf.page[" + std::to_string(i + 1) + ']');
    shown.push_back(page(pages[i], spot));
    all.add(shown.back());
    if (all.cost > walk_.limits().document || shown.back().text > longest_page)
      return walk_.obstacle(Obstacle::too_large, spot);
  }
  texts(pages, shown);
}

/// The strings of one object, those of the objects that it refers to left out.
void PdfReading::look_at(const Object& object) {
  TextStream values(walk_, spot_.part("pdf").as(Carrier::metadata));
  TextStream names(walk_, spot_.part("pdf").as(Carrier::name));
  Object root = object;
  strings(root.isStream() ? root.getDict() : root, values, names, 0);
  values.finish();
  names.finish();
}

void PdfReading::strings(Object object, TextStream& values, TextStream& names, unsigned depth) {
  if (depth > 200) return walk_.obstacle(Obstacle::too_deep, spot_);
  const auto add = [&](TextStream& to, Object& value) {
    const std::string text = value.getUTF8Value();
    if (!walk_.spend(text.size(), spot_)) return;
    to.add(text);
    to.part();
  };
  if (object.isString()) return add(values, object);
  if (object.isArray()) {
    for (Object item : object.getArrayAsVector())
      if (!item.isIndirect()) strings(item, values, names, depth + 1);
  } else if (object.isDictionary()) {
    note_roles(object);
    for (auto& [key, value] : object.getDictAsMap()) {
      if (value.isIndirect()) continue;
      if ((key == "/F" || key == "/UF") && value.isString())
        add(names, value);
      else
        strings(value, values, names, depth + 1);
    }
  }
}

void PdfReading::note_roles(Object dictionary) {
  for (const char* key : {"/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode", "/CIDToGIDMap"})
    if (Object value = dictionary.getKey(key); value.isStream())
      unsearched_.insert(value.getObjGen());
  if (Object files = dictionary.getKey("/EF"); files.isDictionary())
    for (auto& [key, file] : files.getDictAsMap())
      if (file.isStream()) attachments_.insert(file.getObjGen());
}

/// The bytes of a stream; nothing, with the obstacle noted, when they cannot be had.
std::optional<std::string> PdfReading::decoded(Object stream, const Spot& spot) {
  Sink sink(walk_.limits().document);
  bool filtered = false;
  const bool whole = stream.pipeStreamData(&sink, &filtered, 0, qpdf_dl_generalized, true, false);
  if (sink.overflowed) {
    walk_.obstacle(Obstacle::too_large, spot);
    return {};
  }
  if (!whole || (!filtered && !stream.getDict().getKey("/Filter").isNull())) {
    walk_.obstacle(Obstacle::damaged, spot);
    return {};
  }
  if (!walk_.spend(sink.bytes.size(), spot)) return {};
  return std::move(sink.bytes);
}

/// Streams beside the pages: attachments and XMP, and whatever else may hold text.
void PdfReading::stream(Object object) {
  Object dictionary = object.getDict();
  if (is_named(dictionary, "/Subtype", "/Image") || is_named(dictionary, "/Subtype", "/Form") ||
      is_named(dictionary, "/Type", "/XRef") || is_named(dictionary, "/Type", "/ObjStm"))
    return;
  const std::string number = '[' + std::to_string(object.getObjectID()) + ']';
  const bool attached =
      is_named(dictionary, "/Type", "/EmbeddedFile") || attachments_.count(object.getObjGen()) != 0;
  const Spot spot = attached ? spot_.inside("pdf.attachment" + number)
                             : spot_.part("pdf.object" + number).as(Carrier::metadata);
  auto bytes = decoded(object, spot);
  if (!bytes || unsearched_.count(object.getObjGen()) != 0) return;
  if (attached) return walk_.content(base::Payload(std::move(*bytes)), {}, spot);
  // Operators of pages are among these: as text they are searched once more.
  walk_.embedded(std::move(*bytes), spot, std::numeric_limits<std::size_t>::max());
}

Shown PdfReading::page(Object page, const Spot& spot) {
  TextStream text(walk_, spot);
  Shown shown;
  for (Object& content : page.getPageContents()) {
    const auto bytes = decoded(content, spot);
    if (!bytes) return shown;
    shown.cost += bytes->size();
    if (shown.cost > walk_.limits().document) return shown;
  }
  Object resources = QPDFPageObjectHelper(page).getAttribute("/Resources", false);
  shown.add(operators(page, true, resources, text, 0));
  text.finish();
  return shown;
}

Shown PdfReading::form(Object form, Object resources, TextStream& text, unsigned depth) {
  const Key key = form.getObjGen();
  if (const auto known = forms_.find(key); known != forms_.end()) return known->second;
  Shown shown;
  if (depth > deepest_form) {
    walk_.obstacle(Obstacle::too_deep, spot_);
    return shown;
  }
  if (!under_way_.insert(key).second) return shown;
  if (const auto bytes = decoded(form, spot_)) {
    shown.cost = bytes->size();
    Object own = form.getDict().getKey("/Resources");
    shown.add(operators(form, false, own.isDictionary() ? own : resources, text, depth));
  }
  under_way_.erase(key);
  forms_[key] = shown;
  return shown;
}

/// What `Do` draws.
Shown PdfReading::resource(Object resources, const std::string& name, TextStream& text,
                           unsigned depth) {
  if (!resources.isDictionary()) return {};
  Object group = resources.getKey("/XObject");
  Object object = group.isDictionary() ? group.getKey(name) : Object::newNull();
  if (!object.isStream()) return {};
  Object dictionary = object.getDict();
  if (is_named(dictionary, "/Subtype", "/Form")) return form(object, resources, text, depth + 1);
  const auto length = [&](const char* key) -> std::uint64_t {
    Object value = dictionary.getKey(key);
    return value.isInteger()
               ? static_cast<std::uint64_t>(std::clamp<long long>(value.getIntValue(), 0, 1 << 20))
               : 0;
  };
  Shown shown;
  shown.pixels = length("/Width") * length("/Height");
  shown.painted = true;
  return shown;
}

Shown PdfReading::operators(Object content, bool is_page, Object resources, TextStream& text,
                            unsigned depth) {
  static const std::set<std::string> paints{"f",  "F", "f*", "B",  "B*", "b",
                                            "b*", "S", "s",  "sh", "BI"};
  static const std::set<std::string> curves{"c", "v", "y"};
  Shown shown;
  Operators callbacks([&](const std::string& name, const std::vector<Object>& operands) {
    for (const Object& operand : operands) operand_strings(operand, text, shown);
    if (name == "Do" && !operands.empty() && Object(operands.back()).isName())
      shown.add(resource(resources, Object(operands.back()).getName(), text, depth));
    shown.painted = shown.painted || paints.count(name) != 0;
    shown.curves += curves.count(name);
  });
  if (is_page)
    content.parsePageContents(&callbacks);
  else
    content.parseAsContents(&callbacks);
  return shown;
}

/// Read as most fonts are encoded. Poppler knows the other encodings, but leaves out what stands
/// beside the page.
void PdfReading::operand_strings(Object operand, TextStream& text, Shown& shown) {
  if (operand.isArray()) {
    for (const Object& item : operand.getArrayAsVector()) operand_strings(item, text, shown);
  } else if (operand.isDictionary()) {
    for (const auto& [key, value] : operand.getDictAsMap()) operand_strings(value, text, shown);
  } else if (operand.isString()) {
    const codec::HighHalf& table = codec::high_half(codec::Encoding::windows_1252);
    std::string utf8;
    for (const char c : operand.getStringValue()) {
      const auto byte = static_cast<unsigned char>(c);
      codec::append_utf8(byte < 0x80 ? byte : table[byte - 0x80U], utf8);
    }
    shown.text += operand.getStringValue().size();
    text.add(utf8);
    text.part();
  }
}

/// The same pages in a plain file, all that is not needed to read their text left out: poppler's
/// decoders of images, its fields and its actions have nothing to do.
std::string PdfReading::rewritten(const std::vector<Object>& pages) {
  const auto keep = [](Object dictionary, const std::set<std::string>& keys) {
    for (const std::string& key : dictionary.getKeys())
      if (keys.count(key) == 0) dictionary.removeKey(key);
  };
  for (Object object : pdf_.getAllObjects()) {
    if (!object.isStream() || !is_named(object.getDict(), "/Subtype", "/Image")) continue;
    object.replaceStreamData(std::string(1, '\0'), Object::newNull(), Object::newNull());
    Object dictionary = object.getDict();
    keep(dictionary, {"/Type", "/Subtype", "/Length"});
    for (const char* key : {"/Width", "/Height"}) dictionary.replaceKey(key, Object::newInteger(1));
    dictionary.replaceKey("/BitsPerComponent", Object::newInteger(8));
    dictionary.replaceKey("/ColorSpace", Object::newName("/DeviceGray"));
  }
  for (Object page : pages) {
    Object media = QPDFPageObjectHelper(page).getAttribute("/MediaBox", false);
    if (media.isArray()) page.replaceKey("/CropBox", media.shallowCopy());
    keep(page, {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Resources", "/Contents", "/Rotate"});
  }
  keep(pdf_.getRoot(), {"/Type", "/Pages"});
  pdf_.getTrailer().removeKey("/Info");
  QPDFWriter writer(pdf_);
  writer.setOutputMemory();
  writer.setStreamDataMode(qpdf_s_uncompress);
  writer.setObjectStreamMode(qpdf_o_disable);
  writer.setStaticID(true);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
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

void PdfReading::texts(const std::vector<Object>& pages, const std::vector<Shown>& shown) {
  const std::string plain = rewritten(pages);
  std::size_t read = 0;
  const bool opened = read_pages(plain, [&](std::size_t i, const PageText& page) {
    const Spot spot = spot_.part("pdf.page[" + std::to_string(i + 1) + ']');
    for (const std::string& text : {page.written, page.laid_out}) {
      if (!walk_.spend(text.size(), spot)) return false;
      TextStream stream(walk_, spot);
      stream.add(text);
      stream.finish();
    }
    if (i < shown.size() && !is_readable(shown[i], visible_in(page.written)))
      walk_.obstacle(Obstacle::no_text, spot);
    ++read;
    return true;
  });
  const bool missing = read != pages.size() && walk_.spend(0, spot_);
  if (!opened || missing || pages.empty()) walk_.obstacle(Obstacle::damaged, spot_);
}

}  // namespace

void read_pdf(Walk& walk, std::string bytes, const Spot& spot) {
  if (!inflates_within(bytes, walk.limits().total)) return walk.obstacle(Obstacle::too_large, spot);
  try {
    PdfReading(walk, spot).read(bytes);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const QPDFExc& e) {
    walk.obstacle(e.getErrorCode() == qpdf_e_password ? Obstacle::encrypted : Obstacle::damaged,
                  spot);
  } catch (const std::exception&) {
    walk.obstacle(Obstacle::damaged, spot);
  }
}

}  // namespace charmille::policy
