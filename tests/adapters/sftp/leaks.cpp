// libcurl 7.88 gives up a session whose goodbye is not answered within a second, with all that it
// and libssh2 hold of it: a server that was stopped in these tests, or a machine that is busy.
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:libcurl.so\nleak:libssh2.so\n";
}
