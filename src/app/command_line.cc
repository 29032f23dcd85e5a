#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/exit_codes.h"
#include "app/options.h"

namespace kith {
namespace {

using Command = CommandLine::Command;

void addOptions(CLI::App& command, CommandLine& line) {
  command.add_option("--config", line.config, "A TOML file of options");
  for (const auto& option : optionTable()) {
    if (option.secret) continue;
    auto text = std::string(option.text) +
                " Default: " + (option.standard.empty() ? "none" : std::string(option.standard)) +
                (option.unit.empty() ? "" : " " + std::string(option.unit)) + ".";
    command.add_option_function<std::string>(
        "--" + std::string(option.key),
        [&line, key = std::string(option.key)](const std::string& value) { line.flags[key] = value; }, text);
  }
}

CLI::App& add(CLI::App& group, CommandLine& line, Command command, const char* name, const char* text) {
  auto* added = group.add_subcommand(name, text);
  added->callback([&line, command] { line.command = command; });
  return *added;
}

void describe(CLI::App& app, CommandLine& line) {
  app.require_subcommand(1);
  addOptions(add(app, line, Command::Serve, "serve", "Runs the server"), line);
  auto& tokens = *app.add_subcommand("token", "Connection tokens for development")->require_subcommand(1);
  auto& create =
      add(tokens, line, Command::TokenCreate, "create", "Signs one, as the host application would");
  create.add_option("--user", line.token_user, "The user's id in the host application")->required();
  create.add_option("--ttl", line.token_ttl, "How long it is valid: 90s, 15m, 1h, 7d");
  addOptions(create, line);
  auto& admin = *app.add_subcommand("admin", "The operator's acts")->require_subcommand(1);
  addOptions(
      add(admin, line, Command::SetupLink, "setup-link", "A new one-time link for the first administrator"),
      line);
  auto& user =
      add(admin, line, Command::CreateUser, "create-user", "An account, also while registration is off");
  user.add_option("--handle", line.handle, "What its owner signs in with")->required();
  user.add_option("--name", line.name, "The name that others see")->required();
  auto& reset = add(admin, line, Command::ResetPassword, "reset-password",
                    "A new password for an account of this server; its sign-ins end");
  reset.add_option("--handle", line.handle, "Whose password")->required();
  for (auto* command : {&user, &reset}) {
    command->add_flag_callback(
        "--password-stdin", [&line] { line.password = CommandLine::Password::FromStandardInput; },
        "Read the password, a line, from standard input; else one is made and printed once");
    addOptions(*command, line);
  }
  add(app, line, Command::Version, "version", "Prints the version");
}

std::string namesOf(const std::vector<const CLI::App*>& commands) {
  std::string out;
  for (const auto* command : commands) out += (out.empty() ? "" : ", ") + command->get_name();
  return out;
}

bool isOption(const std::string& word) {
  return word.starts_with("-");
}

std::string missingCommand(const std::string& before, const std::string& word, const std::string& names) {
  if (word.empty()) return "say what to do: " + before + " with one of " + names;
  if (isOption(word)) return word + " must come behind a command: " + before + " with one of " + names;
  return "there is no command \"" + word + "\": " + before + " takes one of " + names;
}

/// What CLI11 found wrong, in the words of who typed it.
std::string explained(const CLI::App& app, const std::vector<std::string>& words, const std::string& found) {
  const CLI::App* at = &app;
  std::string before = words[0];
  std::size_t next = 1;
  for (auto parsed = at->get_subcommands(); !parsed.empty(); parsed = at->get_subcommands()) {
    at = parsed.front();
    before += " " + at->get_name();
    ++next;
  }
  const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) {
    return missingCommand(before, next < words.size() ? words[next] : "", namesOf(commands));
  }
  const auto strange = app.remaining(true);
  for (const auto& word : strange) {
    if (!isOption(word)) continue;
    std::vector<std::string> own;
    for (const auto* option : at->get_options()) own.push_back(option->get_single_name());
    const auto name = word.substr(0, word.find('='));
    return noSuchOption(name.substr(std::min(name.find_first_not_of('-'), name.size())), own);
  }
  if (!strange.empty()) return "\"" + strange.front() + "\" is not expected behind " + before;
  return found + "; see " + before + " --help";
}

}  // namespace

std::optional<CommandLine> parseCommandLine(const std::vector<std::string>& words, CommandLineEnd& end) {
  CommandLine line;
  line.program = words[0];
  const auto& kith = line.program;
  CLI::App app("Kith: community chat.\n\nExamples:\n  " + kith + " serve\n  " + kith +
                   " serve --http_server.port 9000 --data.dir /var/lib/kith\n  " + kith +
                   " token create --user ann --ttl 1h\n  " + kith + " admin setup-link\n",
               kith);
  describe(app, line);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend() - 1));
    return line;
  } catch (const CLI::CallForHelp&) {
    end = {0, app.help()};
  } catch (const CLI::ParseError& error) {
    end = {kExitUsage, explained(app, words, error.what())};
  }
  return std::nullopt;
}

}  // namespace kith
