// The file that sees qpdf. It is C++17: clang 14 does not compile qpdf's headers as C++20.
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

#include "gateway/policy/scan/pdf.h"

namespace charmille::policy {

void Shown::add(const Shown& other) {
  const auto sum = [](std::uint64_t a, std::uint64_t b) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    return a > most - b ? most : a + b;
  };
  cost = sum(cost, other.cost);
  text = sum(text, other.text);
  curves = sum(curves, other.curves);
  pixels = std::max(pixels, other.pixels);
  painted = painted || other.painted;
}

namespace {

using Object = QPDFObjectHandle;
using Number = QPDFObjGen;

constexpr unsigned deepest_form = 30;
constexpr unsigned deepest_object = 200;
constexpr std::uint64_t longest_page = 500'000;  ///< bytes of text

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

bool is_named(Object dictionary, const std::string& key, const std::string& value) {
  return dictionary.getKey(key).isNameAndEquals(value);
}

void keep_only(Object dictionary, const std::set<std::string>& keys) {
  for (const std::string& key : dictionary.getKeys())
    if (keys.count(key) == 0) dictionary.removeKey(key);
}

class PdfFile {
 public:
  PdfFile(const PdfLimits& limits, PdfListener& listener) : limits_(limits), listener_(listener) {}

  std::optional<PdfPages> read(const std::string& bytes);

 private:
  void look_at(Object object);
  void strings(Object object, unsigned depth);
  void string(Object value, bool is_name);
  void note_roles(Object dictionary);
  void stream(Object object);
  std::optional<std::string> decoded(Object stream);
  Shown page(Object page);
  Shown form(Object form, const Object& resources, unsigned depth);
  Shown drawn(Object resources, const std::string& name, unsigned depth);
  Shown operators(Object content, bool is_page, const Object& resources, unsigned depth);
  void operand_strings(Object operand, Shown& shown, unsigned depth);
  std::string plain(const std::vector<Object>& pages);

  const PdfLimits limits_;
  PdfListener& listener_;
  QPDF pdf_;
  std::set<Number> unsearched_;  ///< fonts, and tables of characters
  std::set<Number> attachments_;
  std::map<Number, Shown> forms_;  ///< those already read
  std::set<Number> under_way_;
};

std::optional<PdfPages> PdfFile::read(const std::string& bytes) {
  const auto give_up = [&](PdfTrouble why) -> std::optional<PdfPages> {
    listener_.trouble(why);
    return {};
  };
  pdf_.setSuppressWarnings(true);
  pdf_.setAttemptRecovery(false);
  pdf_.processMemoryFile("pdf", bytes.data(), bytes.size());
  if (pdf_.isEncrypted()) return give_up(PdfTrouble::encrypted);
  const std::vector<Object> objects = pdf_.getAllObjects();
  look_at(pdf_.getTrailer());
  for (const Object& object : objects) look_at(object);
  for (Object object : objects)
    if (object.isStream()) stream(object);

  const std::vector<Object> pages = pdf_.getAllPages();
  if (pages.size() > limits_.pages) return give_up(PdfTrouble::too_large);
  if (pages.empty()) return give_up(PdfTrouble::damaged);
  PdfPages result;
  Shown all;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    listener_.page(i);
    const Shown shown = page(pages[i]);
    all.add(shown);
    if (all.cost > limits_.stream || shown.text > longest_page)
      return give_up(PdfTrouble::too_large);
    listener_.page_ends();
    result.shown.push_back(shown);
  }
  result.plain = plain(pages);
  return result;
}

/// The strings of one object, those of the objects that it refers to left out.
void PdfFile::look_at(Object object) {
  strings(object.isStream() ? object.getDict() : object, 0);
  listener_.object_ends();
}

void PdfFile::string(Object value, bool is_name) {
  const std::string text = value.getUTF8Value();
  if (listener_.spend(text.size())) listener_.string(text, is_name);
}

void PdfFile::strings(Object object, unsigned depth) {
  if (depth > deepest_object) return listener_.trouble(PdfTrouble::too_deep);
  if (object.isString()) return string(object, false);
  if (object.isArray()) {
    for (const Object& item : object.getArrayAsVector())
      if (!Object(item).isIndirect()) strings(item, depth + 1);
  } else if (object.isDictionary()) {
    note_roles(object);
    for (auto& [key, value] : object.getDictAsMap()) {
      if (value.isIndirect()) continue;
      if ((key == "/F" || key == "/UF") && value.isString())
        string(value, true);
      else
        strings(value, depth + 1);
    }
  }
}

void PdfFile::note_roles(Object dictionary) {
  for (const char* key : {"/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode", "/CIDToGIDMap"})
    if (Object value = dictionary.getKey(key); value.isStream())
      unsearched_.insert(value.getObjGen());
  if (Object files = dictionary.getKey("/EF"); files.isDictionary())
    for (auto& [key, file] : files.getDictAsMap())
      if (file.isStream()) attachments_.insert(file.getObjGen());
}

/// The bytes of a stream; nothing, with the trouble told, when they cannot be had.
std::optional<std::string> PdfFile::decoded(Object stream) {
  Sink sink(limits_.stream);
  bool filtered = false;
  const bool whole = stream.pipeStreamData(&sink, &filtered, 0, qpdf_dl_generalized, true, false);
  if (sink.overflowed) {
    listener_.trouble(PdfTrouble::too_large);
    return {};
  }
  if (!whole || (!filtered && !stream.getDict().getKey("/Filter").isNull())) {
    listener_.trouble(PdfTrouble::damaged);
    return {};
  }
  if (!listener_.spend(sink.bytes.size())) return {};
  return std::move(sink.bytes);
}

/// Streams beside the pages: attachments and XMP, and whatever else may hold text.
void PdfFile::stream(Object object) {
  Object dictionary = object.getDict();
  if (is_named(dictionary, "/Subtype", "/Image") || is_named(dictionary, "/Subtype", "/Form") ||
      is_named(dictionary, "/Type", "/XRef") || is_named(dictionary, "/Type", "/ObjStm"))
    return;
  auto bytes = decoded(object);
  if (!bytes || unsearched_.count(object.getObjGen()) != 0) return;
  const bool is_attachment =
      is_named(dictionary, "/Type", "/EmbeddedFile") || attachments_.count(object.getObjGen()) != 0;
  listener_.stream(object.getObjectID(), is_attachment, std::move(*bytes));
}

Shown PdfFile::page(Object page) {
  Shown shown;
  for (const Object& content : page.getPageContents()) {
    const auto bytes = decoded(content);
    if (!bytes) return shown;
    shown.cost += bytes->size();
    if (shown.cost > limits_.stream) return shown;
  }
  Object resources = QPDFPageObjectHelper(page).getAttribute("/Resources", false);
  shown.add(operators(page, true, resources, 0));
  return shown;
}

Shown PdfFile::form(Object form, const Object& resources, unsigned depth) {
  const Number number = form.getObjGen();
  if (const auto known = forms_.find(number); known != forms_.end()) return known->second;
  Shown shown;
  if (depth > deepest_form) {
    listener_.trouble(PdfTrouble::too_deep);
    return shown;
  }
  if (!under_way_.insert(number).second) return shown;
  if (const auto bytes = decoded(form)) {
    shown.cost = bytes->size();
    Object own = form.getDict().getKey("/Resources");
    shown.add(operators(form, false, own.isDictionary() ? own : resources, depth));
  }
  under_way_.erase(number);
  forms_[number] = shown;
  return shown;
}

/// What `Do` draws.
Shown PdfFile::drawn(Object resources, const std::string& name, unsigned depth) {
  if (!resources.isDictionary()) return {};
  Object group = resources.getKey("/XObject");
  Object object = group.isDictionary() ? group.getKey(name) : Object::newNull();
  if (!object.isStream()) return {};
  Object dictionary = object.getDict();
  if (is_named(dictionary, "/Subtype", "/Form")) return form(object, resources, depth + 1);
  const auto length = [&](const char* key) -> std::uint64_t {
    Object value = dictionary.getKey(key);
    constexpr long long longest = 1LL << 20U;
    return value.isInteger()
               ? static_cast<std::uint64_t>(std::clamp(value.getIntValue(), 0LL, longest))
               : 0;
  };
  Shown shown;
  shown.pixels = length("/Width") * length("/Height");
  shown.painted = true;
  return shown;
}

Shown PdfFile::operators(Object content, bool is_page, const Object& resources, unsigned depth) {
  static const std::set<std::string> paints{"f",  "F", "f*", "B",  "B*", "b",
                                            "b*", "S", "s",  "sh", "BI"};
  static const std::set<std::string> curves{"c", "v", "y"};
  Shown shown;
  Operators callbacks([&](const std::string& name, const std::vector<Object>& operands) {
    for (const Object& operand : operands) operand_strings(operand, shown, 0);
    if (name == "Do" && !operands.empty() && Object(operands.back()).isName())
      shown.add(drawn(resources, Object(operands.back()).getName(), depth));
    shown.painted = shown.painted || paints.count(name) != 0;
    shown.curves += curves.count(name);
  });
  if (is_page)
    content.parsePageContents(&callbacks);
  else
    content.parseAsContents(&callbacks);
  return shown;
}

void PdfFile::operand_strings(Object operand, Shown& shown, unsigned depth) {
  if (depth > deepest_object) return listener_.trouble(PdfTrouble::too_deep);
  if (operand.isArray()) {
    for (const Object& item : operand.getArrayAsVector()) operand_strings(item, shown, depth + 1);
  } else if (operand.isDictionary()) {
    for (const auto& [key, value] : operand.getDictAsMap())
      operand_strings(value, shown, depth + 1);
  } else if (operand.isString()) {
    const std::string bytes = operand.getStringValue();
    shown.text += bytes.size();
    listener_.page_string(bytes);
  }
}

std::string PdfFile::plain(const std::vector<Object>& pages) {
  for (Object object : pdf_.getAllObjects()) {
    if (!object.isStream() || !is_named(object.getDict(), "/Subtype", "/Image")) continue;
    object.replaceStreamData(std::string(1, '\0'), Object::newNull(), Object::newNull());
    Object dictionary = object.getDict();
    keep_only(dictionary, {"/Type", "/Subtype", "/Length"});
    for (const char* key : {"/Width", "/Height"}) dictionary.replaceKey(key, Object::newInteger(1));
    dictionary.replaceKey("/BitsPerComponent", Object::newInteger(8));
    dictionary.replaceKey("/ColorSpace", Object::newName("/DeviceGray"));
  }
  for (Object page : pages) {
    Object media = QPDFPageObjectHelper(page).getAttribute("/MediaBox", false);
    if (media.isArray()) page.replaceKey("/CropBox", media.shallowCopy());
    keep_only(page,
              {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Resources", "/Contents", "/Rotate"});
  }
  keep_only(pdf_.getRoot(), {"/Type", "/Pages"});
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

}  // namespace

std::optional<PdfPages> take_apart(const std::string& pdf, const PdfLimits& limits,
                                   PdfListener& listener) {
  try {
    return PdfFile(limits, listener).read(pdf);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const QPDFExc& e) {
    const bool locked = e.getErrorCode() == qpdf_e_password;
    listener.trouble(locked ? PdfTrouble::encrypted : PdfTrouble::damaged);
  } catch (const std::exception&) {
    listener.trouble(PdfTrouble::damaged);
  }
  return {};
}

}  // namespace charmille::policy
