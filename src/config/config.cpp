#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <system_error>

#include "config/calendar.hpp"
#include "config/settings.hpp"
#include "config/tables.hpp"
#include "config/text_file.hpp"

namespace groundswell::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSettingsFile = "groundswell.toml";
constexpr std::string_view kUniverseFile = "baskets.toml";
constexpr std::string_view kSharesFile = "shares.csv";
constexpr std::string_view kActionsFile = "actions.csv";
constexpr std::string_view kFundamentalsFile = "fundamentals.csv";
constexpr std::string_view kAliasesFile = "aliases.csv";
constexpr std::string_view kShadowFile = "shadow.toml";
constexpr std::string_view kVolumeCurveFile = "volume_curve.csv";
constexpr std::string_view kConditionsFolder = "conditions/";
constexpr std::string_view kCalendarFile = "calendar/us_equities.csv";

struct Input {
  Config::File file;  // the name is that of Config::files
  std::string shown;  // what findings call it
};

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path{"."}; }
// Without the "./" that a folder of "." would put before a name.
fs::path beside(const fs::path& folder, const fs::path& name) { return folder == "." ? name : folder / name; }

// From settings to a whole config: gather the texts, then check them all, and only then tell what is wrong.
class Loader {
 public:
  void read(std::string_view text, const std::string& file_name, const Overrides& overrides) {
    root_ = parse_toml(text, file_name, findings_);
    broken_ = !findings_.empty();
    apply_overrides(root_, overrides, findings_);
    read_settings(root_, config_, findings_);
  }

  UniverseFiles& files() { return config_.universe_files; }
  void add(Input input) { inputs_.push_back(std::move(input)); }

  void gather(const fs::path& folder) {
    const UniverseFiles& files = config_.universe_files;
    std::error_code failure;
    // A file that cannot be parsed may have named another universe: the default is checked when it is there, and not missed when it is not.
    if (broken_ && !fs::exists(beside(folder, files.file), failure)) return;
    gather_references(folder);
    if (!config_.shadow_file.empty()) gather_file(kShadowFile, "file", beside(folder, config_.shadow_file), "shadow");
    gather_folders(folder, folder_of(beside(folder, files.file)));
  }

  void gather_references(const fs::path& folder) {
    const UniverseFiles& files = config_.universe_files;
    if (!files.file.empty()) gather_file(kUniverseFile, "file", beside(folder, files.file));
    if (!files.shares.empty()) gather_file(kSharesFile, "shares", beside(folder, files.shares));
    if (!files.actions.empty()) gather_file(kActionsFile, "actions", beside(folder, files.actions));
    if (!files.fundamentals.empty()) gather_file(kFundamentalsFile, "fundamentals", beside(folder, files.fundamentals));
    if (!files.aliases.empty()) gather_file(kAliasesFile, "aliases", beside(folder, files.aliases));
  }

  // Conditions, volume curve and calendar: what [universe] names, else the first that is found, `universe_folder` first.
  void gather_folders(const fs::path& folder, const fs::path& universe_folder) {
    const UniverseFiles& files = config_.universe_files;
    const fs::path conditions =
        files.conditions.empty() ? find_config_data("conditions", universe_folder) : beside(folder, files.conditions);
    gather_conditions(conditions);
    gather_volume_curve(files.volume_curve.empty() ? find_config_data(kVolumeCurveFile, universe_folder)
                                                   : beside(folder, files.volume_curve));
    config_.calendar_path = files.calendar.empty() ? find_config_data(kCalendarFile, universe_folder) : beside(folder, files.calendar);
    if (config_.calendar_path.empty()) return;
    const Result<std::string> text = read_text(config_.calendar_path);
    if (text.has_error()) return findings_.add(position_of("calendar"), text.error().message);
    Calendar::parse(*text, config_.calendar_path.string(), findings_);
  }

  Result<Config> finish(std::string settings_text) {
    std::sort(inputs_.begin(), inputs_.end(), [](const Input& left, const Input& right) { return rank(left) < rank(right); });
    std::set<std::string> names;
    for (const Input& input : inputs_) {
      if (!names.insert(input.file.name).second) findings_.add({input.shown, 1, 1}, "is there twice; keep one");
      parse(input);
    }
    if (!findings_.empty()) return findings_.error();
    config_.files.push_back({std::string{kSettingsFile}, std::move(settings_text)});
    for (Input& input : inputs_) config_.files.push_back(std::move(input.file));
    return std::move(config_);
  }

  std::string effective() const { return print_effective(config_); }
  Findings& findings() { return findings_; }

 private:
  Position position_of(std::string_view key, std::string_view section = "universe") const {
    const Node* const table = find(root_, section);
    const Node* const node = table == nullptr ? nullptr : find(*table, key);
    return node == nullptr ? root_.at : node->at;
  }

  void gather_file(std::string_view name, std::string_view key, const fs::path& path, std::string_view section = "universe") {
    Result<std::string> text = read_text(path);
    if (text.has_error()) return findings_.add(position_of(key, section), text.error().message);
    add({{std::string{name}, std::move(*text)}, path.string()});
  }

  void gather_conditions(const fs::path& folder) {
    std::error_code failure;
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder, failure}) {
      if (entry.path().extension() == ".csv") paths.push_back(entry.path());
    }
    for (const fs::path& path : paths) gather_file(std::string{kConditionsFolder} + path.filename().string(), "conditions", path);
    if (!paths.empty()) return;
    const std::string place =
        folder.empty() ? "no folder conditions/ is found" : fmt::format("{}: no SCHEME.csv in this folder", folder.string());
    findings_.add(position_of("conditions"), place + "; set [universe] conditions or GROUNDSWELL_HOME");
  }

  void gather_volume_curve(const fs::path& path) {
    if (!path.empty()) return gather_file(kVolumeCurveFile, "volume_curve", path);
    findings_.add(position_of("volume_curve"), "no volume_curve.csv is found; set [universe] volume_curve or GROUNDSWELL_HOME");
  }

  // Settings, universe, tables by name: symbols of the tables are looked up in the universe, and Config::files has this order.
  static std::pair<int, const std::string&> rank(const Input& input) {
    const std::string& name = input.file.name;
    constexpr std::array<std::string_view, 7> kOrder{kUniverseFile,     kShadowFile,  kSharesFile,     kActionsFile,
                                                     kFundamentalsFile, kAliasesFile, kVolumeCurveFile};
    return {static_cast<int>(std::find(kOrder.begin(), kOrder.end(), name) - kOrder.begin()), name};
  }

  // Whose symbols the tables may name: the universe's and its shadow's.
  Universe all_universes() const {
    Universe all = config_.universe;
    if (config_.shadow && !all.baskets.empty())
      all.baskets.insert(all.baskets.end(), config_.shadow->baskets.begin(), config_.shadow->baskets.end());
    return all;
  }

  void parse(const Input& input) {
    const auto& [name, text] = input.file;
    if (name == kUniverseFile) {
      config_.universe = parse_universe(text, input.shown, findings_);
    } else if (name == kSharesFile) {
      config_.shares = parse_shares(text, input.shown, all_universes(), findings_);
    } else if (name == kActionsFile) {
      config_.actions = parse_actions(text, input.shown, all_universes(), findings_);
    } else if (name == kFundamentalsFile) {
      config_.filings = parse_fundamentals(text, input.shown, all_universes(), findings_);
    } else if (name == kAliasesFile) {
      config_.aliases = parse_aliases(text, input.shown, all_universes(), config_.feeds, findings_);
    } else if (name == kShadowFile) {
      config_.shadow = parse_universe(text, input.shown, findings_);
      if (config_.shadow->benchmarks != config_.universe.benchmarks)
        findings_.add({input.shown, 1, 1}, "the benchmarks are not those of [universe] file; a shadow differs in its baskets only");
    } else if (name == kVolumeCurveFile) {
      config_.volume_curve = parse_volume_curve(text, input.shown, findings_);
    } else if (name.starts_with(kConditionsFolder) && name.ends_with(".csv")) {
      const std::string scheme = name.substr(kConditionsFolder.size(), name.size() - kConditionsFolder.size() - 4);
      config_.conditions.push_back(parse_conditions(text, scheme, input.shown, findings_));
    } else {
      findings_.add({input.shown, 1, 1}, "is no file of a configuration; a newer version of the program may know it");
    }
  }

  Config config_;
  Findings findings_;
  Node root_{{"", 1, 1}, {}, Table{}};
  std::vector<Input> inputs_;
  bool broken_ = false;  // the settings are no TOML
};

}  // namespace

Overrides overrides_from_environment(const char* const* environment) {
  constexpr std::string_view kPrefix = "GROUNDSWELL_";
  Overrides overrides;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string_view name = entry.substr(0, equals);
    std::string key{name.substr(kPrefix.size())};
    if (key.find("__") == std::string::npos) continue;
    for (std::size_t at = key.find("__"); at != std::string::npos; at = key.find("__", at)) key.replace(at, 2, ".");
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    overrides.sources[key] = fmt::format("environment {}", name);
    overrides.values[key] = entry.substr(equals + 1);
  }
  return overrides;
}

Overrides merge(Overrides flags, const Overrides& environment) {
  for (const auto& [key, value] : environment.values) {
    if (!flags.values.emplace(key, value).second) continue;
    if (const auto source = environment.sources.find(key); source != environment.sources.end()) flags.sources.insert(*source);
  }
  return flags;
}

Result<Config> load_config(const fs::path& path, const Overrides& overrides) {
  const Result<std::string> text = read_text(path);
  if (text.has_error()) return text.error();
  Loader loader;
  loader.read(*text, path.string(), overrides);
  loader.gather(folder_of(path));
  auto config = loader.finish(overrides.values.empty() ? *text : loader.effective());
  if (config) config->folder = folder_of(path);
  return config;
}

Result<Config> load_settings(const fs::path& path, const Overrides& overrides) {
  const Result<std::string> text = read_text(path);
  if (text.has_error()) return text.error();
  Loader loader;
  loader.read(*text, path.string(), overrides);
  return loader.finish(*text);
}

Result<Config> load_config_texts(const std::vector<Config::File>& files) {
  Loader loader;
  const auto has = [&](std::string_view name) {
    const bool found = std::any_of(files.begin(), files.end(), [&](const Config::File& file) { return file.name == name; });
    if (!found) loader.findings().add({std::string{name}, 1, 1}, "is missing; a configuration needs it");
    return found;
  };
  has(kUniverseFile);
  std::string settings_text;
  if (has(kSettingsFile)) {
    settings_text = std::find_if(files.begin(), files.end(), [](const Config::File& file) { return file.name == kSettingsFile; })->text;
    loader.read(settings_text, std::string{kSettingsFile}, {});
  }
  for (const Config::File& file : files) {
    if (file.name != kSettingsFile) loader.add({file, file.name});
  }
  return loader.finish(std::move(settings_text));
}

Result<Config> reload_references(const Config& running) {
  Loader loader;
  const std::string settings_text = running.files.front().text;
  loader.read(settings_text, std::string{kSettingsFile}, {});
  loader.gather_references(running.folder);
  for (const Config::File& file : running.files) {
    if (file.name == kShadowFile || file.name == kVolumeCurveFile || file.name.starts_with(kConditionsFolder))
      loader.add({file, file.name});
  }
  auto config = loader.finish(settings_text);
  if (!config) return config;
  config->folder = running.folder;
  config->calendar_path = running.calendar_path;
  return config;
}

Result<Config> config_for_universe(const fs::path& universe_path) {
  if (universe_path.empty()) {  // find_config_data() has not found it
    return fail(Exit::kNoInput,
                "baskets.toml is in none of the folders that are searched; set GROUNDSWELL_HOME to the folder whose config/ "
                "has it, or install the program with its configuration");
  }
  Result<std::string> universe = read_text(universe_path);
  if (universe.has_error()) return universe.error();
  Loader loader;
  const fs::path folder = folder_of(universe_path);
  loader.files().file = universe_path.filename().string();
  loader.add({{std::string{kUniverseFile}, std::move(*universe)}, universe_path.string()});
  const auto add_if_there = [&](std::string_view name, std::string& setting) {
    const fs::path path = beside(folder, name);
    std::error_code failure;
    if (!fs::exists(path, failure)) return;
    setting = name;
    Result<std::string> text = read_text(path);
    if (text.has_error()) return loader.findings().add({path.string(), 0, 0}, text.error().message);
    loader.add({{std::string{name}, std::move(*text)}, path.string()});
  };
  add_if_there(kSharesFile, loader.files().shares);
  add_if_there(kActionsFile, loader.files().actions);
  add_if_there(kFundamentalsFile, loader.files().fundamentals);
  add_if_there(kAliasesFile, loader.files().aliases);
  loader.gather_folders(folder, folder);
  return loader.finish(loader.effective());
}

}  // namespace groundswell::config
