#include "gateway/codec/initialise.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <mutex>

namespace charmille::codec {
namespace {

// NOLINTNEXTLINE(cert-dcl50-cpp): the handler that libxml2 asks for
void say_nothing(void*, const char*, ...) {}

xmlParserInputPtr load_nothing(const char*, const char*, xmlParserCtxtPtr) {
  return nullptr;
}

}  // namespace

void initialise() {
  static std::once_flag once;
  std::call_once(once, [] {
    xmlInitParser();
    xmlSetExternalEntityLoader(load_nothing);
    xmlSetGenericErrorFunc(nullptr, say_nothing);
    xmlThrDefSetGenericErrorFunc(nullptr, say_nothing);  // of the threads to come
  });
}

}  // namespace charmille::codec
