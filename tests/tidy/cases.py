"""What each check of tidy.py must report: (tree, places) pairs; and trees in which it must find nothing."""

_ROOT_PATH = "/" + "root/"

BAD = {
    "include_star": [
        ({"src/market/a.cpp": '#include "base/assert.hpp"\n#include "signal/signal.hpp"\n'}, ["src/market/a.cpp:2"]),
        ({"src/base/a.hpp": '#include "config/toml.hpp"\n'}, ["src/base/a.hpp:1"]),
        ({"src/feed/a.cpp": '#include "pipeline/fold.hpp"\n'}, ["src/feed/a.cpp:1"]),
        ({"src/simulate/a.cpp": '#include "pipeline/fold.hpp"\n'}, ["src/simulate/a.cpp:1"]),
        ({"src/pipeline/a.cpp": '#include "app/verbs.hpp"\n'}, ["src/pipeline/a.cpp:1"]),
        ({"src/journal/a.cpp": '#  include "writer.hpp"\n'}, ["src/journal/a.cpp:1"]),
        ({"src/journal/a.cpp": '#include "../base/ring.hpp"\n'}, ["src/journal/a.cpp:1"]),
        ({"src/elsewhere/a.cpp": ""}, ["src/elsewhere/a.cpp:1"]),
    ],
    "third_party": [
        ({"src/feed/a.cpp": "#include <zmq.h>\n"}, ["src/feed/a.cpp:1"]),
        ({"src/config/config.cpp": "#include <toml++/toml.h>\n"}, ["src/config/config.cpp:1"]),
        ({"src/app/cli.cpp": "#include <CLI/CLI.hpp>\n", "src/app/b.cpp": "\n#include <CLI/CLI.hpp>\n"}, ["src/app/b.cpp:2"]),
        ({"src/wire/codec.hpp": "#include <capnp/message.h>\n"}, ["src/wire/codec.hpp:1"]),
        ({"src/journal/a.cpp": '#include "tick.capnp.h"\n'}, ["src/journal/a.cpp:1"]),
        ({"src/wire/codec.hpp": '#include "wire/message.hpp"\n', "src/feed/a.cpp": '#include "wire/message.hpp"\n'},
         ["src/feed/a.cpp:1", "src/wire/codec.hpp:1"]),
        ({"src/feed/a.cpp": "#include <kj/exception.h>\n"}, ["src/feed/a.cpp:1"]),
        ({"src/journal/a.cpp": "#include <archive.h>\n"}, ["src/journal/a.cpp:1"]),
        ({"src/config/a.cpp": "#include <openssl/evp.h>\n"}, ["src/config/a.cpp:1"]),
        ({"src/base/log.hpp": "#include <spdlog/spdlog.h>\n"}, ["src/base/log.hpp:1"]),
        ({"src/market/a.cpp": "#include <date/tz.h>\n"}, ["src/market/a.cpp:1"]),
        ({"src/import/a.cpp": "#include <date/tz.h>\n", "src/import/b.cpp": "#include <date/date.h>\n"}, ["src/import/b.cpp:1"]),
        ({"src/pipeline/a.cpp": "#include <boost/lockfree/spsc_queue.hpp>\n"}, ["src/pipeline/a.cpp:1"]),
        ({"src/web/live.cpp": "#include <boost/asio/post.hpp>\n#include <boost/beast/http.hpp>\n"},
         ["src/web/live.cpp:1", "src/web/live.cpp:2"]),
    ],
    "public_headers": [
        ({"include/groundswell/a.hpp": "#include <vector>\n#include <fmt/format.h>\n"}, ["include/groundswell/a.hpp:2"]),
        ({"include/groundswell/a.hpp": '#include "base/assert.hpp"\n'}, ["include/groundswell/a.hpp:1"]),
    ],
    "wall_clock": [
        ({"src/pipeline/a.cpp": "void f() {\n  auto t = std::chrono::steady_clock::now();\n}\n"}, ["src/pipeline/a.cpp:2"]),
        ({"src/feed/a.cpp": "clock_gettime(CLOCK_REALTIME, &t);\n"}, ["src/feed/a.cpp:1"]),
        ({"src/feed/a.cpp": "srand(time(nullptr));\n"}, ["src/feed/a.cpp:1"]),
        ({"src/base/progress.cpp": "gettimeofday(&t, nullptr);\n"}, ["src/base/progress.cpp:1"]),
        ({"src/signal/a.cpp": '#include "base/clock.hpp"\n'}, ["src/signal/a.cpp:1"]),
        ({"src/pipeline/fold.cpp": "#include <chrono>\n"}, ["src/pipeline/fold.cpp:1"]),
    ],
    "libm": [
        ({"src/signal/a.cpp": "double x = std::log(y);\n"}, ["src/signal/a.cpp:1"]),
        ({"src/market/a.cpp": "double x = 1 + pow (y, 2);\n"}, ["src/market/a.cpp:1"]),
        ({"src/simulate/a.cpp": "double x = ::exp(y);\n"}, ["src/simulate/a.cpp:1"]),
        ({"src/signal/a.hpp": "// std::log(x)\nfloat x = std::log1pf(y);\n"}, ["src/signal/a.hpp:2"]),
        ({"src/simulate/a.cpp": "std::normal_distribution<double> step;\n"}, ["src/simulate/a.cpp:1"]),
    ],
    "randomness": [
        ({"src/market/a.cpp": "std::random_device seed;\n"}, ["src/market/a.cpp:1"]),
        ({"src/pipeline/fold_step.cpp": "int x = rand();\n"}, ["src/pipeline/fold_step.cpp:1"]),
    ],
    "hash_order": [
        ({"src/signal/a.cpp": "#include <unordered_map>\nstd::unordered_map<int, int> m;\n"}, ["src/signal/a.cpp:1", "src/signal/a.cpp:2"]),
        ({"src/market/a.hpp": "std::unordered_set<int> s;\n"}, ["src/market/a.hpp:1"]),
    ],
    "files": [({"src/journal/a.cpp": "int a = ::openat(folder, path, O_RDONLY);\n"}, ["src/journal/a.cpp:1"])],
    "sockets": [({"src/publish/a.cpp": "void* s = zmq_socket(context, ZMQ_XPUB);\n"}, ["src/publish/a.cpp:1"])],
    "registry": [
        ({"src/signal/registry.hpp": "", "src/signal/a.cpp": '#include "signal/registry.hpp"\n',
          "src/app/b.cpp": '#include "signal/registry.hpp"\n'}, ["src/app/b.cpp:1", "src/signal/a.cpp:1"]),
        ({"src/signal/registry.hpp": "", "src/signal/a.hpp": '#include "signal/registry.hpp"\n'}, ["src/signal/a.hpp:1"]),
        ({"src/signal/registry.hpp": ""}, ["src/signal/registry.hpp:1"]),
    ],
    "sizes": [
        ({"src/base/a.cpp": "\n" * 401}, ["src/base/a.cpp:401"]),
        ({"tests/unit/a_test.cpp": "// " + "x" * 138 + "\n"}, ["tests/unit/a_test.cpp:1"]),
    ],
    "machine_paths": [
        ({"README.md": f"see {_ROOT_PATH}x\n"}, ["README.md:1"]),
        ({"config/a.toml": f'\nfile = "{_ROOT_PATH}x"\n'}, ["config/a.toml:2"]),
    ],
}

GOOD = {
    "include_star": [
        {"src/market/a.cpp": '#include "base/assert.hpp"\n#include "groundswell/tick.hpp"\n#include "market/a.hpp"\n#include <zlib.h>\n'},
        {"src/publish/a.cpp": '#include "wire/codec.hpp"\n', "src/import/a.cpp": '#include "journal/writer.hpp"\n'},
        {"src/app/main.cpp": '#include "import/csv.hpp"\n// #include "nowhere.hpp"\n', "src/wire/a.cpp": '#include "tick.capnp.h"\n'},
    ],
    "third_party": [
        {"src/base/socket.cpp": "#include <zmq.h>\n", "src/config/toml.cpp": '#include "config/toml.hpp"\n#include <toml++/toml.h>\n'},
        {"src/wire/a.cpp": '#include <capnp/message.h>\n#include "tick.capnp.h"\n', "src/wire/b.cpp": "#include <kj/common.h>\n"},
        {"src/config/calendar.cpp": "#include <date/tz.h>\n", "src/import/a.cpp": "#include <date/tz.h>\n#include <date/date.h>\n"},
        {"tests/integration/a_test.cpp": "#include <zmq.h>\n"},
    ],
    "public_headers": [{"include/groundswell/a.hpp": '#include <cstdint>\n\n#include "groundswell/tick.hpp"\n'}],
    "wall_clock": [
        {"src/base/clock.cpp": "clock_gettime(CLOCK_REALTIME, &t);\n", "src/base/progress.cpp": '#include "base/clock.hpp"\n'},
        {"src/feed/a.cpp": "// ::now()\nauto t = event_time(0) + known(1);\nlog(\"time(nullptr)\");\n"},
    ],
    "libm": [
        {"src/signal/a.cpp": "double x = ln(y) + std::sqrt(z);\nthis->log(x);\nlogger.log(y);\nflog(z);\n"},
        {"src/signal/a.cpp": "int v = 10'000;  // 'log(' pow(2)\nconst char* text = R\"(log(x) \" pow(y))\";\n"},
        {"src/base/a.cpp": "double x = std::log(y);\n", "src/signal/b.hpp": 'auto text = "ln(x) = log(x)";\n'},
    ],
    "randomness": [{"src/simulate/a.cpp": "Operand(1);\ngrand(2);\n", "src/journal/a.cpp": "std::random_device seed;\n"}],
    "hash_order": [{"src/config/a.cpp": "std::unordered_map<int, int> m;\n", "src/signal/a.cpp": "std::map<int, int> m;\n"}],
    "files": [{"src/journal/a.cpp": "auto a = Reader::open(path);\n", "src/base/open_file.cpp": "return ::openat(folder, path, flags);\n"}],
    "sockets": [{"src/base/socket.cpp": "zmq_socket(context, type);\n"}],
    "registry": [{"src/signal/registry.hpp": "", "src/signal/a.cpp": '#include "signal/registry.hpp"\n'}, {"src/app/main.cpp": ""}],
    "sizes": [{"src/base/a.cpp": "\n" * 400, "src/base/b.cpp": "// " + "é" * 137 + "\n", "docs/a.md": "x" * 300}],
    "machine_paths": [{"README.md": "framework/home/page, https://example.org/home/x, $PWD/home/x, ../root/x\n"}],
}
