// libxml2 appears in this file and in initialise.cpp only.
#include "gateway/codec/xml_reader.h"

#include <algorithm>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <optional>
#include <vector>

#include "gateway/codec/initialise.h"
#include "gateway/codec/text_window.h"
#include "gateway/codec/xml_encoding.h"
#include "gateway/tree/arena.h"

namespace charmille::codec {
namespace {

constexpr std::size_t head_size = 1024;
constexpr std::string_view xinclude_uris[] = {"http://www.w3.org/2001/XInclude",
                                              "http://www.w3.org/2003/XInclude"};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

/// What a rule of XML is called in a fault; libxml2's own messages repeat what the file holds.
std::string_view reason_of(int code) {
  switch (code) {
    case XML_ERR_TAG_NAME_MISMATCH:
      return "an element is closed by another name";
    case XML_ERR_UNDECLARED_ENTITY:
      return "an entity that XML does not know";
    case XML_ERR_INVALID_CHAR:
      return "a character that XML forbids";
    case XML_ERR_ATTRIBUTE_REDEFINED:
    case XML_NS_ERR_ATTRIBUTE_REDEFINED:
      return "an attribute given twice";
    case XML_NS_ERR_UNDEFINED_NAMESPACE:
      return "a prefix without its namespace";
    case XML_ERR_LT_IN_ATTRIBUTE:
      return "a \"<\" inside an attribute";
    case XML_ERR_DOCUMENT_END:
      return "something follows the end of the document";
    default:
      return "the syntax is wrong";
  }
}

}  // namespace

class XmlReader::Parser {
 public:
  Parser(base::Payload payload, std::string name, const XmlLimits& limits)
      : payload_(std::move(payload)), name_(std::move(name)), limits_(limits) {
    initialise();
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    if (context_ != nullptr) xmlFreeParserCtxt(context_);
  }

  Result<const XmlEvent*> next() {
    while (next_event_ == events_.size()) {
      if (fault_) return fail(*fault_);
      if (ended_) return nullptr;
      if (auto fed = feed(); !fed) fault_ = std::move(fed.error());
    }
    return &events_[next_event_++];
  }

  std::vector<Fault> take_remarks() {
    return window_ ? window_->take_remarks() : std::vector<Fault>{};
  }

 private:
  Result<void> open() {
    auto head = read_head();
    if (!head) return fail(std::move(head.error()));
    const auto encoding = xml_encoding(*head, name_);
    if (!encoding) return fail(encoding.error());
    auto reader = payload_.open();
    if (!reader) return fail(std::move(reader.error()));
    window_.emplace(
        std::move(*reader), *encoding, name_,
        limits_.garbled ? TextWindow::Content::any_markup : TextWindow::Content::markup);
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    handler.internalSubset = on_doctype;
    handler.startElementNs = on_start;
    handler.endElementNs = on_end;
    handler.characters = on_text;
    handler.cdataBlock = on_text;
    handler.ignorableWhitespace = on_text;
    handler.comment = on_comment;
    handler.processingInstruction = on_instruction;
    handler.serror = on_error;
    context_ = xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr);
    if (context_ == nullptr) return fail("CH-SYS-001", {}, {{"what", "libxml2"}});
    // The text comes decoded and checked: what it declares of its bytes is no longer true. NOENT:
    // without it "&amp;" in an attribute comes as "&#38;"; there is no DTD, so no other entity.
    int wanted = XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT;
    if (limits_.construct > XML_MAX_TEXT_LENGTH) wanted |= XML_PARSE_HUGE;  // our limits hold
    xmlCtxtUseOptions(context_, wanted);
    return {};
  }

  Result<std::string> read_head() const {
    auto reader = payload_.open();
    if (!reader) return fail(std::move(reader.error()));
    std::string head(head_size, '\0');
    std::size_t filled = 0;
    while (filled < head.size()) {
      const auto count = (*reader)->read(std::span(head).subspan(filled));
      if (!count) return fail(count.error());
      if (*count == 0) break;
      filled += *count;
    }
    head.resize(filled);
    return head;
  }

  /// Gives the parser one more piece; what it finds becomes events, or a fault.
  Result<void> feed() {
    if (context_ == nullptr)
      if (auto opened = open(); !opened) return opened;
    events_.clear();
    next_event_ = 0;
    arena_ = tree::Arena(limits_.piece);
    if (at_ == window_->text().size() && window_->ended()) return finish();
    while (window_->text().size() - at_ < limits_.piece && !window_->ended()) {
      if (auto more = window_->advance(at_, at_, line_); !more) return more;
      at_ = 0;
    }
    const std::string_view piece = window_->text().substr(at_, limits_.piece);
    at_ += piece.size();
    line_ += static_cast<std::uint32_t>(std::ranges::count(piece, '\n'));
    unanswered_ += piece.size();
    blank_ = blank_ && piece.find_first_not_of(" \t\r\n") == piece.npos;
    xmlParseChunk(context_, piece.data(), static_cast<int>(piece.size()), 0);
    // Until something comes of it, libxml2 keeps what it was given.
    if (!fault_ && unanswered_ > limits_.construct)
      refuse("CH-XML-006", {{"limit", std::to_string(limits_.construct)}});
    return {};
  }

  Result<void> finish() {
    ended_ = true;
    if (blank_) return fail("CH-XML-003", {name_, 1, 0, {}});
    finishing_ = true;
    xmlParseChunk(context_, nullptr, 0, 1);
    if (!fault_ && !seen_root_) refuse("CH-XML-002");
    if (fault_) events_.clear();  // made of half a tag
    return {};
  }

  base::Place here() const {
    const xmlParserInput* const input = context_->input;
    const bool known = input != nullptr && input->line > 0;
    return {name_, known ? static_cast<std::uint32_t>(input->line) : line_, 0, {}};
  }

  void refuse(std::string_view code, base::Args args = {}) {
    refuse_at(code, here(), std::move(args));
  }
  void refuse_at(std::string_view code, base::Place place, base::Args args) {
    if (fault_) return;
    fault_ = fault(code, std::move(place), std::move(args));
    xmlStopParser(context_);
  }

  // What libxml2 calls. An exception must not cross it: memory that ends, ends the process.
  static Parser& self(void* user) { return *static_cast<Parser*>(user); }

  static void on_doctype(void* user, const xmlChar*, const xmlChar*, const xmlChar*) noexcept {
    self(user).refuse("CH-XML-005");
  }
  static void on_start(void* user, const xmlChar* local, const xmlChar*, const xmlChar* uri, int,
                       const xmlChar**, int count, int, const xmlChar** attributes) noexcept {
    self(user).start({view(uri), view(local)},
                     {attributes, static_cast<std::size_t>(count) * attribute_fields});
  }
  static void on_end(void* user, const xmlChar*, const xmlChar*, const xmlChar*) noexcept {
    self(user).end();
  }
  static void on_text(void* user, const xmlChar* text, int size) noexcept {
    self(user).text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  }
  static void on_comment(void* user, const xmlChar*) noexcept { self(user).unanswered_ = 0; }
  static void on_instruction(void* user, const xmlChar*, const xmlChar*) noexcept {
    self(user).unanswered_ = 0;
  }
  static void on_error(void* user, xmlErrorPtr error) noexcept { self(user).wrong(*error); }

  static constexpr std::size_t attribute_fields = 5;  // local name, prefix, URI, value, its end

  void start(XmlName name, std::span<const xmlChar*> fields) {
    unanswered_ = 0;
    seen_root_ = true;
    if (std::ranges::find(xinclude_uris, name.uri) != std::end(xinclude_uris))
      return refuse("CH-XML-007");
    if (++depth_ > limits_.depth)
      return refuse("CH-XML-008", {{"limit", std::to_string(limits_.depth)}});
    const auto attributes = arena_.array<XmlAttribute>(fields.size() / attribute_fields);
    for (XmlAttribute& attribute : attributes) {
      attribute.name = {view(fields[2]), view(fields[0])};
      attribute.value = arena_.copy({reinterpret_cast<const char*>(fields[3]),
                                     static_cast<std::size_t>(fields[4] - fields[3])});
      fields = fields.subspan(attribute_fields);
    }
    XmlEvent event{XmlEvent::Kind::start, name, attributes, {}, 0, 0, 0};
    place(event);
    events_.push_back(event);
  }
  void end() {
    unanswered_ = 0;
    --depth_;
    events_.push_back({XmlEvent::Kind::end, {}, {}, {}, 0, 0, offset()});
  }
  void text(std::string_view text) {
    unanswered_ = 0;
    events_.push_back({XmlEvent::Kind::text, {}, {}, arena_.copy(text), 0, 0, 0});
  }

  /// Of the parser, in all the text.
  std::uint64_t offset() const {
    const xmlParserInput& input = *context_->input;
    return input.consumed + static_cast<std::uint64_t>(input.cur - input.base);
  }

  /// The parser stands at the end of the tag, which begins at the last "<" before: no attribute
  /// holds one.
  void place(XmlEvent& event) const {
    const xmlParserInput& input = *context_->input;
    const char* const base = reinterpret_cast<const char*>(input.base);
    const std::string_view behind(base, static_cast<std::size_t>(input.cur - input.base));
    const std::size_t tag = behind.rfind('<');
    const std::string_view inside = tag == behind.npos ? "" : behind.substr(tag);
    event.offset = offset() - inside.size();
    const auto lines = static_cast<int>(std::ranges::count(inside, '\n'));
    event.line = static_cast<std::uint32_t>(std::max(1, input.line - lines));
    const auto characters = static_cast<int>(std::ranges::count_if(
        inside, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    if (lines == 0) event.column = static_cast<std::uint32_t>(std::max(0, input.col - characters));
  }

  void wrong(const xmlError& error) {
    if (error.level < XML_ERR_ERROR || fault_) return;
    const auto line = static_cast<std::uint32_t>(std::max(1, error.line));
    // What is wrong only because nothing more comes was cut.
    if (finishing_ && (depth_ > 0 || !seen_root_))
      return refuse_at("CH-XML-002", {name_, line, 0, {}}, {});
    refuse_at("CH-XML-001", {name_, line, static_cast<std::uint32_t>(std::max(0, error.int2)), {}},
              {{"reason", std::string(reason_of(error.code))}});
  }

  const base::Payload payload_;
  const std::string name_;
  const XmlLimits limits_;
  std::optional<TextWindow> window_;
  xmlParserCtxtPtr context_ = nullptr;
  std::vector<XmlEvent> events_;
  std::size_t next_event_ = 0;
  tree::Arena arena_;  // of the events
  std::optional<Fault> fault_;
  std::size_t at_ = 0;          // of the window: what was given to the parser
  std::size_t unanswered_ = 0;  // bytes given since the last construct was complete
  std::size_t depth_ = 0;
  std::uint32_t line_ = 1;
  bool blank_ = true;  // so far
  bool seen_root_ = false;
  bool finishing_ = false;
  bool ended_ = false;
};

XmlReader::XmlReader(base::Payload payload, std::string name, const XmlLimits& limits)
    : parser_(std::make_unique<Parser>(std::move(payload), std::move(name), limits)) {}
XmlReader::~XmlReader() = default;

Result<const XmlEvent*> XmlReader::next() {
  return parser_->next();
}
std::vector<Fault> XmlReader::take_remarks() {
  return parser_->take_remarks();
}

}  // namespace charmille::codec
