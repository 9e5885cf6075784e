#include "export/export.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <sstream>

#include "app/interrupt.hpp"
#include "app/recorded.hpp"

namespace groundswell::app {
namespace {

constexpr std::array<std::string_view, 3> kFormats{"csv", "jsonl", "arrow"};

Result<exporter::Request> parse_request(const CommonOptions& common, const ExportVerbOptions& verb) {
  exporter::Request request;
  request.format = static_cast<exporter::Format>(std::find(kFormats.begin(), kFormats.end(), verb.format) - kFormats.begin());
  const auto from = parse_session("--from", verb.from, request.from_session);
  if (!from) return from.error();
  request.from_session = *from;
  const auto to = parse_session("--to", verb.to, request.to_session);
  if (!to) return to.error();
  request.to_session = *to;
  if (*from > *to) return fail(Exit::kUsage, "--from " + verb.from + " is after --to " + verb.to);
  std::stringstream only(verb.only);
  for (std::string name; std::getline(only, name, ',');) request.only.insert(name);
  if (!verb.clock.empty() && verb.what != "signals") return fail(Exit::kUsage, "--clock chooses among signals: add --what signals");
  if (!verb.clock.empty()) request.clock = verb.clock == "live" ? Clock::kLive : Clock::kClose;
  request.follow_references = follows_recording(common, verb.universe);
  request.quiet = common.quiet || common.json;
  return request;
}

Result<exporter::Exported> export_as(const CommonOptions& common, const ExportVerbOptions& verb, const exporter::Request& request,
                                     journal::Reader& recording, exporter::OutputFile& out, const std::atomic<bool>& stop) {
  if (verb.what == "ticks") return exporter::export_ticks(recording, request, out, stop);
  const auto config = config_for(recording, common, verb.universe);
  if (!config) return config.error();
  return verb.what == "signals" ? exporter::export_signals(recording, *config, request, out, stop)
                                : exporter::export_events(recording, *config, request, out, stop);
}

}  // namespace

int export_verb(const CommonOptions& common, const ExportVerbOptions& verb) {
  const std::atomic<bool>& stop = stop_on_signal();
  const auto request = parse_request(common, verb);
  if (!request) return report(request.error());
  if (common.json && verb.output == "-") return report(fail(Exit::kUsage, "--json reports on standard output: give a file with -o"));
  auto recording = open_recording(verb.recording, request->quiet);
  if (!recording) return report(recording.error());
  auto out = exporter::OutputFile::create(verb.output, verb.force);
  if (!out) return report(out.error());
  const auto exported = export_as(common, verb, *request, *recording, *out, stop);
  if (!exported) return report(exported.error());
  if (exported->stopped) {  // half of a table is none
    const std::string what = verb.output == "-" ? "the table on standard output is cut off" : verb.output + ": nothing was made";
    report(fail(Exit::kRetry, what + "; stopped before the end"));
    return stop_signal() == SIGINT ? exit_code_after_stop() : static_cast<int>(Exit::kRetry);
  }
  if (const auto closed = out->close(); !closed) return report(closed.error());
  if (common.json) {
    fmt::print(R"({{"schema":"groundswell.export/1","what":"{}","format":"{}","rows":{},"bytes":{},"other_records":{}}})"
               "\n",
               verb.what, verb.format, exported->rows, out->bytes(), exported->other_records);
  } else if (!common.quiet) {
    const std::string others = exported->other_records == 0 ? "" : fmt::format("; {} records are no ticks", exported->other_records);
    fmt::print(stderr, "groundswell: {} rows, {} bytes{}\n", exported->rows, out->bytes(), others);
  }
  return 0;
}

}  // namespace groundswell::app
