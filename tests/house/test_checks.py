"""Each check of scripts/check run on small invented checkouts: bad code must be found, good code left alone."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check"
HOUSE = "set(CHARMILLE_HOUSE base tree config net codec\n    store api cli)\n"


class Checkout(unittest.TestCase):
    def run_check(self, check, files):
        """(exit code, output) of the check on a checkout that holds these files."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in {"CMakeLists.txt": HOUSE, **files}.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, CHECKS / check], capture_output=True, text=True, check=False,
                                  env={**os.environ, "CHARMILLE_SOURCE": root, "GIT_CEILING_DIRECTORIES": "/"})
            self.assertEqual("", done.stderr)
            return done.returncode, done.stdout

    def refuses(self, check, files, *words):
        code, out = self.run_check(check, files)
        self.assertEqual(1, code, f"nothing found in {files}")
        for word in words:
            self.assertIn(word, out)

    def accepts(self, check, files):
        code, out = self.run_check(check, files)
        self.assertEqual(0, code, out)


class Includes(Checkout):
    FLOOR = {"gateway/base/a.h": "", "gateway/store/s.h": "", "gateway/net/n.h": "", "adapters/adapter.h": "",
             "adapters/file/wire.h": "", "adapters/http/wire.h": "", "adapters/ihe/cda.h": "",
             "adapters/names/names.h": ""}

    def with_line(self, name, line):
        return {**self.FLOOR, name: "// first\n" + line + "\n"}

    def test_an_arrow_up_is_named_with_its_line(self):
        self.refuses("includes.py", self.with_line("gateway/base/b.cpp", '#include "gateway/store/s.h"'),
                     "gateway/base/b.cpp:2: gateway/base includes gateway/store: arrows only point down")

    def test_an_arrow_down_and_a_neighbour_are_right(self):
        self.accepts("includes.py", self.with_line("gateway/store/t.cpp",
                                                   '#include "gateway/base/a.h"\n#include "gateway/store/s.h"'))

    def test_an_include_in_a_comment_is_none(self):
        self.accepts("includes.py", self.with_line("gateway/base/b.cpp", '/*\n#include "gateway/store/s.h"\n*/'))

    def test_an_adapter_may_not_see_the_store(self):
        self.refuses("includes.py", self.with_line("adapters/file/x.cpp", '#include "gateway/store/s.h"'), "gateway/store")

    def test_an_adapter_may_not_see_another_except_what_they_share(self):
        self.refuses("includes.py", self.with_line("adapters/file/x.cpp", '#include "adapters/http/wire.h"'),
                     "an adapter never sees another")
        self.accepts("includes.py", self.with_line("adapters/file/x.cpp", '#include "adapters/ihe/cda.h"'))
        self.accepts("includes.py", self.with_line("adapters/file/x.cpp", '#include "adapters/names/names.h"'))
        self.refuses("includes.py", self.with_line("adapters/names/names.h", '#include "adapters/file/wire.h"'),
                     "an adapter never sees another")

    def test_the_contract_knows_only_base_and_tree(self):
        self.refuses("includes.py", {**self.FLOOR, "adapters/adapter.h": '#include "gateway/net/n.h"\n'}, "adapters/adapter.h:1")

    def test_the_gateway_knows_adapters_by_their_contract(self):
        self.accepts("includes.py", self.with_line("gateway/api/x.cpp", '#include "adapters/adapter.h"'))
        self.refuses("includes.py", self.with_line("gateway/api/x.cpp", '#include "adapters/file/wire.h"'), "contract")

    def test_a_heavy_header_stays_out_of_headers(self):
        for header in ("rapidjson/document.h", "yaml-cpp/yaml.h", "sqlite3.h", "boost/beast/http.hpp"):
            self.refuses("includes.py", self.with_line("gateway/net/m.h", f"#include <{header}>"), "gateway/net/m.h:2")
        self.accepts("includes.py", self.with_line("gateway/net/m.cpp", "#include <boost/beast/http.hpp>"))

    def test_beast_is_refused_outside_its_rooms(self):
        self.refuses("includes.py", self.with_line("gateway/store/m.cpp", "#include <boost/beast/http.hpp>"), "Beast")

    def test_a_target_may_not_link_upwards(self):
        self.refuses("includes.py", {**self.FLOOR, "gateway/net/CMakeLists.txt": "charmille_library(net DEPS base store LIBS x)\n"},
                     "gateway/net links gateway/store")
        self.accepts("includes.py", {**self.FLOOR, "gateway/net/CMakeLists.txt": "charmille_library(net DEPS base LIBS store)\n"})


class Coroutines(Checkout):
    def bad(self, code, *words):
        self.refuses("coroutines.py", {"gateway/net/x.cpp": code}, *words)

    def good(self, code):
        self.accepts("coroutines.py", {"gateway/net/x.cpp": code})

    def test_a_braced_temporary_in_a_co_await_expression(self):
        self.bad("awaitable<void> f() {\n  co_await g(Options{1, 2});\n}", "x.cpp:2", "braced temporary")
        self.bad("awaitable<void> f() {\n  auto r = co_await g({1, 2}, token);\n}", "x.cpp:2")
        self.bad("awaitable<void> f() {\n  if (co_await g(a,\n      std::string{}))\n    h();\n}", "x.cpp:3")

    def test_co_await_inside_a_braced_initialiser(self):
        self.bad("awaitable<R> f() {\n  co_return R{1, co_await g()};\n}", "braced initialiser")
        self.bad("awaitable<void> f() {\n  S s = {co_await g()};\n}", "braced initialiser")

    def test_what_is_named_and_moved_is_right(self):
        self.good("awaitable<void> f() {\n  Options o{1, 2};\n  co_await g(std::move(o));\n}")
        self.good("awaitable<int> f() {\n  if (a) {\n    co_return co_await g();\n  } else {\n    co_await h();\n  }\n  do {\n    co_await h();\n"
                  "  } while (x);\n  try {\n    co_await h();\n  } catch (...) {\n  }\n  switch (co_await k()) {\n    case 1: {\n      co_await h();\n    }\n  }\n}")
        self.good('awaitable<void> f() {\n  co_await g("{", \'{\');  // {\n}')

    def test_a_capturing_lambda_that_is_a_coroutine(self):
        self.bad("void f() {\n  auto g = [this]() -> awaitable<void> { co_return; };\n}", "x.cpp:2", "capturing lambda")
        self.bad("void f() {\n  run([&] { co_await h(); });\n}", "capturing lambda")

    def test_lambdas_that_are_right(self):
        self.good("void f() {\n  auto g = [](int n) -> awaitable<void> { co_await h(n); };\n  sort(v, [&](int a) { return a < x[0]; });\n}")
        self.good("awaitable<void> f() {\n  sort(v, [&](int a) { return a; });\n  co_await h();\n  a[i] = 1;\n}")

    def test_a_spawned_coroutine_with_a_reference_or_view(self):
        for parameter in ("const std::string& s", "std::string_view s", "std::span<int> s"):
            self.bad(f"awaitable<void> g({parameter}) {{ co_return; }}\nvoid f() {{\n  co_spawn(ex, g(s), t);\n}}", "x.cpp:3", "by value")
        self.bad("Task<void> S::g(int& n) { co_return; }\nvoid f() { tasks.spawn(g(n)); }", "by value")

    def test_a_spawned_coroutine_with_values(self):
        self.good("awaitable<void> g(std::string s, std::shared_ptr<A> a, B&& b) { co_return; }\nvoid f() { co_spawn(ex, g(s, a, b), t); }")
        self.good("awaitable<void> g(const std::string& s) { co_return; }\nawaitable<void> f() { co_await g(s); }")

    def test_a_lock_that_lives_across_a_co_await(self):
        self.bad("awaitable<void> f() {\n  std::lock_guard lock(m);\n  co_await g();\n}", "x.cpp:2", "lives across")
        self.bad("awaitable<void> f() {\n  std::unique_lock<std::mutex> lock{m};\n  if (a) { co_await g(); }\n}", "lives across")

    def test_a_lock_that_ends_before_the_co_await(self):
        self.good("awaitable<void> f() {\n  {\n    std::lock_guard lock(m);\n    n = 1;\n  }\n  co_await g();\n}")
        self.good("awaitable<void> f() {\n  std::unique_lock lock(m);\n  lock.unlock();\n  co_await g();\n}")

    def test_a_reason_on_the_line_allows_it(self):
        self.good("awaitable<void> f() {\n  co_await g(T{});  // co_await-check: T has a trivial destructor\n}")
        self.bad("awaitable<void> f() {\n  co_await g(T{});  // co_await-check:\n}")


class Faults(Checkout):
    ENTRY = '{{"CH-CSV-001", Action::reject, "{}", "{}", "{}", "{}"}},\n'

    def catalogue(self, *texts, more=""):
        return {"gateway/base/catalogue/codec.cpp": self.ENTRY.format(*texts) + more,
                "gateway/codec/csv.cpp": 'return fail("CH-CSV-001");\n'}

    def test_a_declared_and_used_code_is_right(self):
        self.accepts("faults.py", self.catalogue("la colonne {column}", "column {column}", "la nommer", "name it"))

    def test_a_code_that_is_not_in_the_catalogue(self):
        files = self.catalogue("a", "b", "c", "d")
        files["gateway/codec/json.cpp"] = '\nreturn fail("CH-JSON-009");\n'
        self.refuses("faults.py", files, "gateway/codec/json.cpp:2: CH-JSON-009 is not in the catalogue")

    def test_an_argument_of_one_language_only(self):
        self.refuses("faults.py", self.catalogue("la colonne {column}", "the column", "c", "d"), "same arguments: column")

    def test_an_empty_text(self):
        self.refuses("faults.py", self.catalogue("a", "b", "", "d"), "the French remedy is empty")

    def test_a_code_declared_twice(self):
        self.refuses("faults.py", self.catalogue("a", "b", "c", "d", more=self.ENTRY.format("a", "b", "c", "d")), "already declared")

    def test_an_entry_with_too_few_texts(self):
        self.refuses("faults.py", self.catalogue("a", "b", "c", "d", more='{"CH-CSV-002", Action::reject, "a", "b"},\n'), "four texts")


class Documents(Checkout):
    README = "# T\n\n```sh\n./run\n./test\n```\n"

    def test_a_link_that_leads_nowhere(self):
        self.refuses("documents.py", {"README.md": self.README + "[a](b.md)\n"}, "README.md:7: b.md leads nowhere")
        self.refuses("documents.py", {"README.md": self.README + "[a](b.md#dé)\n", "b.md": "# De\n"}, "no such heading")

    def test_links_that_lead_somewhere(self):
        self.accepts("documents.py", {"README.md": self.README + "[a](b.md#où-va-t-on) [b](https://example.org)\n", "b.md": "## Où va-t-on ?\n"
                                      .replace(" ?", "")})

    def test_a_readme_without_the_two_commands(self):
        self.refuses("documents.py", {"README.md": "# T\n"}, "does not show ./run", "does not show ./test")


class Canaries(unittest.TestCase):
    def run_script(self, log):
        with tempfile.TemporaryDirectory() as root:
            names, file = pathlib.Path(root, "names"), pathlib.Path(root, "log")
            names.write_text("# planted\nVANHOUTTE\n", encoding="utf-8")
            file.write_text(log, encoding="utf-8")
            return subprocess.run([CHECKS / "canaries", names, file], capture_output=True, text=True, check=False)

    def test_a_planted_name_is_found_whatever_its_case_and_never_repeated(self):
        done = self.run_script("ok\nchild Vanhoutte refused\n")
        self.assertEqual(1, done.returncode)
        self.assertIn("log:2: canary of line 2", done.stdout)
        self.assertNotIn("anhoutte", done.stdout.lower())

    def test_a_clean_log(self):
        self.assertEqual(0, self.run_script("ok\n").returncode)


if __name__ == "__main__":
    unittest.main()
