// The specifications of the formats that are more than lines: xml, zip, document.
#pragma once

#include "gateway/tree/spec.h"

namespace charmille::codec {

/// `format`: the field that every specification begins with.
tree::Spec xml_input(tree::Field format);
tree::Spec document_input(tree::Field format);
/// `csv`: the fields of the index.
tree::Spec zip_input(tree::Field format, std::vector<tree::Field> csv);
tree::Spec zip_output(tree::Field format, std::vector<tree::Field> csv);

}  // namespace charmille::codec
