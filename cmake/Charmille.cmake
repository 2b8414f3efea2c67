# The few build functions of the project.

option(CHARMILLE_TESTS "Build the tests" ON)
set(CHARMILLE_SANITIZE "" CACHE STRING "Sanitizers for the whole build, for example address,undefined")
option(CHARMILLE_FUZZ "Build the libFuzzer targets (clang)" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# What one folder finds, the whole house may link.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(charmille_options INTERFACE)
target_compile_options(charmille_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -fstack-protector-strong -fno-omit-frame-pointer)
# Two warnings of g++ 12 are wrong at -O2: it takes Asio's allocator of coroutine frames for a mismatched one, and the payload of
# an empty std::optional for an uninitialised read. The sanitizers watch over both.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(charmille_options INTERFACE -Wno-mismatched-new-delete -Wno-maybe-uninitialized)
endif()
target_compile_definitions(charmille_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_DISABLE_BOOST_COROUTINE _GLIBCXX_ASSERTIONS)
target_include_directories(charmille_options INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(charmille_options INTERFACE Threads::Threads)
# No mold with a sanitizer or a fuzzer: their runtimes expect the default linker's order.
find_program(MOLD mold)
if(MOLD AND NOT CHARMILLE_SANITIZE AND NOT CHARMILLE_FUZZ)
  target_link_options(charmille_options INTERFACE -fuse-ld=mold)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(charmille_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
    -fstack-clash-protection -fcf-protection=full)
  target_link_options(charmille_options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()
if(CHARMILLE_SANITIZE)
  target_compile_options(charmille_options INTERFACE -fsanitize=${CHARMILLE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(charmille_options INTERFACE -fsanitize=${CHARMILLE_SANITIZE})
  if(CHARMILLE_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio fences beside its locks; the sanitizer does not know fences, but sees the locks.
    target_compile_options(charmille_options INTERFACE -Wno-tsan)
  endif()
endif()
if(CHARMILLE_FUZZ)
  # Not pointer-overflow: an empty stack of RapidJSON 1.1 compares null + n, which clang reports at the first value read.
  # Not function: clang 14 cannot put its mark in front of a coroutine.
  target_compile_options(charmille_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined
    -fno-sanitize=pointer-overflow,function -fno-sanitize-recover=undefined)
  target_link_options(charmille_options INTERFACE -fsanitize=address,undefined)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# charmille_library(NAME DEPS folder... LIBS external...): one target a folder, every .cpp in it (one level of
# sub-folders included), linked with the folders that it names and nothing else.
function(charmille_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  add_library(charmille_${name} STATIC ${sources})
  list(TRANSFORM ARG_DEPS PREPEND charmille_)
  target_link_libraries(charmille_${name} PUBLIC charmille_options ${ARG_DEPS} ${ARG_LIBS})
  set_property(GLOBAL APPEND PROPERTY CHARMILLE_LIBRARIES charmille_${name})
endfunction()

# charmille_test(NAME SOURCES... DEPS folder...): a doctest program run by ctest; exit code 77 means skipped.
function(charmille_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LIBS" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND charmille_)
  string(REPLACE "/" "_" target ${name})
  add_executable(${target} ${ARG_SOURCES})
  # Tests are compiled for their own sake once: less optimisation builds sooner, and spares g++ 12 its false -Wrestrict.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  target_link_libraries(${target} PRIVATE charmille_options ${ARG_DEPS} ${ARG_LIBS} charmille_test_main)
  add_test(NAME ${name} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "CHARMILLE_SOURCE=${CMAKE_SOURCE_DIR};CHARMILLE_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

# charmille_fuzz(NAME SOURCE DEPS folder...): a libFuzzer target when CHARMILLE_FUZZ is on.
function(charmille_fuzz name source)
  if(NOT CHARMILLE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND charmille_)
  add_executable(fuzz_${name} ${source})
  target_link_libraries(fuzz_${name} PRIVATE charmille_options ${ARG_DEPS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()
