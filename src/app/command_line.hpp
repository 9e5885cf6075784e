// What the files of the command line share: cli.cpp, and cli_recordings.cpp for the verbs that make recordings of files or read them. They
// alone include CLI11.
#pragma once

#include <string>
#include <vector>

#include "app/verbs.hpp"

namespace CLI {
class App;
}

namespace groundswell::app {

// What all verbs parse into; lives through the parse.
struct CommandLine {
  int argc;
  char** argv;
  CommonOptions common;
  std::vector<std::string> settings;  // --set, as given
  RunOptions run;
  ReplayVerbOptions replay;
  SimulateVerbOptions simulate;
  TailOptions tail;
  TopOptions top;
  StatusOptions status;
  WebVerbOptions web;
  DemoOptions demo;
  ImportDbnVerbOptions import_dbn;
  VerifyVerbOptions verify;
  PackVerbOptions pack;
  ExplainVerbOptions explain;
  ExportVerbOptions exporting;
  KeygenOptions keygen;
  KeysOptions keys;
  std::string check_path, against, output, calendar;
  std::vector<std::string> inputs;
  bool markdown = false, print_effective = false;
  int code = 0;  // of the verb that ran
};

// With --json and --quiet.
CLI::App* add_verb(CLI::App& app, CommandLine& line, const std::string& name, const std::string& what);
void add_config(CLI::App* verb, CommandLine& line);
void add_recording_verbs(CLI::App& app, CommandLine& line);

}  // namespace groundswell::app
