// Tokens to a program (FHIRPath 2.0.0, appendix B, grammar).
#pragma once

#include "gateway/fhirpath/expression.h"
#include "gateway/fhirpath/lexer.h"
#include "gateway/fhirpath/program.h"

namespace charmille::fhirpath {

tl::expected<std::shared_ptr<Program>, Mistake> parse(std::string_view text, Scope& scope,
                                                      const Locate& locate);

}  // namespace charmille::fhirpath
