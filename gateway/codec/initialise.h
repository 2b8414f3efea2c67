// The libraries of this folder are initialised once, by main, before any thread is started.
#pragma once

namespace charmille::codec {

/// libxml2: tables made, its own words to stderr silenced (they repeat what a file holds), and a
/// loader of external entities that loads nothing, whatever a parser is told. Harmless when called
/// again.
void initialise();

}  // namespace charmille::codec
