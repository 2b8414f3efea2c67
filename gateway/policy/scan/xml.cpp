// XML: character references, CDATA, attributes, comments. No DTD, no entity, no network.
#include <array>
#include <exception>
#include <libxml/parser.h>

#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

std::string_view view(const xmlChar* chars) {
  return chars == nullptr ? std::string_view{}
                          : std::string_view(reinterpret_cast<const char*>(chars));
}

/// What libxml2 calls while it reads. No exception may pass through it.
class XmlReading {
 public:
  XmlReading(Walk& walk, const Spot& spot)
      : text_(walk, spot), attributes_(walk, spot), names_(walk, spot) {
    handler_.initialized = XML_SAX2_MAGIC;
    handler_.startElementNs = start;
    handler_.endElementNs = end;
    handler_.characters = characters;
    handler_.ignorableWhitespace = characters;
    handler_.cdataBlock = characters;
    handler_.comment = comment;
    handler_.processingInstruction = instruction;
    handler_.internalSubset = document_type;
    handler_.serror = [](void*, xmlErrorPtr) {};
  }

  /// False: not well-formed, or with a document type.
  bool read(Walk& walk, base::Reader& reader, const Spot& spot) {
    static const bool initialised = (xmlInitParser(), true);
    static_cast<void>(initialised);
    context_ = xmlCreatePushParserCtxt(&handler_, this, nullptr, 0, nullptr);
    if (context_ == nullptr) throw std::bad_alloc();
    xmlCtxtUseOptions(context_, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    std::string buffer;
    bool well = true;
    while (well) {
      const auto piece = walk.piece(reader, buffer, spot);
      if (!piece) break;
      well = xmlParseChunk(context_, piece->data(), static_cast<int>(piece->size()), 0) == 0;
    }
    if (well) well = xmlParseChunk(context_, nullptr, 0, 1) == 0 && context_->wellFormed == 1;
    if (context_->myDoc != nullptr) xmlFreeDoc(context_->myDoc);
    xmlFreeParserCtxt(context_);
    if (thrown_) std::rethrow_exception(thrown_);
    text_.finish();
    attributes_.finish();
    names_.finish();
    return well && !refused_;
  }

 private:
  template <class Work>
  static void guarded(void* self, Work work) {
    auto& reading = *static_cast<XmlReading*>(self);
    if (reading.thrown_) return;
    try {
      work(reading);
    } catch (...) {
      reading.thrown_ = std::current_exception();
      xmlStopParser(reading.context_);
    }
  }
  static void add(TextStream& stream, std::string_view value) {
    stream.add(value);
    stream.part();
  }

  static void start(void* self, const xmlChar* name, const xmlChar*, const xmlChar*, int namespaces,
                    const xmlChar** uris, int attributes, int, const xmlChar** values) {
    guarded(self, [&](XmlReading& r) {
      r.text_.part();
      add(r.names_, view(name));
      for (int i = 0; i < namespaces; ++i) add(r.names_, view(uris[2 * i + 1]));
      for (int i = 0; i < attributes; ++i) {
        const auto* const from = reinterpret_cast<const char*>(values[5 * i + 3]);
        const auto* const to = reinterpret_cast<const char*>(values[5 * i + 4]);
        add(r.names_, view(values[5 * i]));
        add(r.attributes_, {from, static_cast<std::size_t>(to - from)});
      }
    });
  }
  static void end(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    guarded(self, [](XmlReading& r) { r.text_.part(); });
  }
  static void characters(void* self, const xmlChar* chars, int size) {
    guarded(self, [&](XmlReading& r) {
      r.text_.add({reinterpret_cast<const char*>(chars), static_cast<std::size_t>(size)});
    });
  }
  static void comment(void* self, const xmlChar* text) {
    guarded(self, [&](XmlReading& r) { add(r.names_, view(text)); });
  }
  static void instruction(void* self, const xmlChar* target, const xmlChar* data) {
    guarded(self, [&](XmlReading& r) {
      add(r.names_, view(target));
      add(r.names_, view(data));
    });
  }
  static void document_type(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    guarded(self, [](XmlReading& r) {
      r.refused_ = true;
      xmlStopParser(r.context_);
    });
  }

  xmlSAXHandler handler_{};
  xmlParserCtxtPtr context_ = nullptr;
  TextStream text_;
  TextStream attributes_;
  TextStream names_;  ///< of elements and attributes; comments and instructions
  bool refused_ = false;
  std::exception_ptr thrown_;
};

}  // namespace

bool read_xml(Walk& walk, const base::Payload& payload, const Spot& spot) {
  const auto reader = walk.open(payload);
  return !reader || XmlReading(walk, spot).read(walk, *reader, spot);
}

}  // namespace charmille::policy
