// One main for every test program; a program whose data is absent exits with 77 ("skipped") by
// itself.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
