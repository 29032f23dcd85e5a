#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "app/command_socket.h"
#include "app/commands.h"
#include "app/node.h"
#include "app/version.h"

namespace kith {
namespace {

struct CommandLine {
  std::string config;
  std::map<std::string, std::string> flags;
  std::string token_user;
  std::string token_ttl = "1h";
};

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    const auto equals = pair.find('=');
    if (equals != pair.npos) out.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return out;
}

int failed(const std::string& message, int code) {
  std::fprintf(stderr, "kith: %s\n", message.c_str());
  return code;
}

LogLevel levelOf(const std::string& name) {
  if (name == "debug") return LogLevel::Debug;
  if (name == "warn") return LogLevel::Warn;
  if (name == "error") return LogLevel::Error;
  return name == "off" ? LogLevel::Off : LogLevel::Info;
}

/// SIGTERM and SIGINT are waited for by one thread; a client that goes away is no signal.
sigset_t blockSignals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

void printReady(Node& node, const Options& options) {
  std::printf("Kith %s\n\n", std::string(kVersion).c_str());
  std::printf("  Page and API          %s\n", node.pageUrl().c_str());
  std::printf("  Health and metrics    %s\n", node.internalUrl().c_str());
  std::printf("  Data                  %s\n", std::filesystem::absolute(options.text("data.dir")).c_str());
  if (const auto link = node.setupLink()) {
    std::printf("\n  First administrator   %s\n", link->c_str());
    std::printf("                        Valid once, for 30 minutes. A new one: kith admin setup-link\n");
  }
  std::printf("\nReady. Ctrl+C stops.\n");
  std::fflush(stdout);
}

bool waitForSignal(const sigset_t& set, const std::atomic<bool>& failed) {
  while (!failed) {
    const timespec step{0, 200'000'000};
    if (sigtimedwait(&set, nullptr, &step) > 0) return true;
  }
  return false;
}

int serve(const Options& options) {
  const auto signals = blockSignals();
  Log log(levelOf(options.text("log.level")),
          isatty(STDERR_FILENO) != 0 ? Log::Format::Text : Log::Format::Json);
  for (const auto& key : options.unknown()) {
    log.warn("unknown_option", {{"key", key}, {"nearest", nearestKey(key)}});
  }
  auto node = Node::start(options, log);
  if (!node) return failed(node.error().message, kExitFailed);
  printReady(**node, options);
  waitForSignal(signals, (*node)->storeFailed());
  const bool store_failed = (*node)->storeFailed();

  std::printf("Stopping: clients are asked to come back later. Once more ends it now.\n");
  std::fflush(stdout);
  std::atomic<bool> hurry{store_failed};
  std::atomic<bool> ended{false};
  std::thread second([&] { hurry = waitForSignal(signals, ended) || hurry; });
  (*node)->drain(hurry);
  node->reset();
  ended = true;
  second.join();
  return store_failed ? kExitStoreFailed : 0;
}

/// Of the server that runs on this folder, else of the folder's store.
template <class Ask>
int operatorCommand(const Options& options, const std::string& target, Ask ask) {
  std::string text;
  int status = 0;
  if (const auto answer = askServer(commandSocketPath(options.text("data.dir")), target)) {
    status = answer->status;
    text = answer->text;
  } else {
    Log log(LogLevel::Error, Log::Format::Text);
    auto node = Node::open(options, log);
    if (!node) return failed(node.error().message, kExitFailed);
    std::promise<Result<std::string>> promise;
    ask((*node)->commands(),
        [&promise](Result<std::string> result) { promise.set_value(std::move(result)); });
    const auto result = promise.get_future().get();
    status = result ? 200 : 400;
    text = result ? *result : result.error().detail;
  }
  if (status != 200) return failed(text, kExitFailed);
  std::printf("%s\n", text.c_str());
  return 0;
}

int createToken(const Options& options, const CommandLine& line) {
  const auto life = parseDuration(line.token_ttl);
  if (!life) return failed("--ttl must look like 90s, 15m, 1h or 7d", kExitUsage);
  if (!isIdText(line.token_user))
    return failed("--user must be 1 to 64 characters of A-Z a-z 0-9 _ -", kExitUsage);
  return operatorCommand(options, "/token?user=" + line.token_user + "&ttl_s=" + std::to_string(*life),
                         [&](OperatorCommands& commands, Reply<std::string> reply) {
                           commands.createToken(line.token_user, *life, std::move(reply));
                         });
}

int setupLink(const Options& options) {
  return operatorCommand(options, "/setup-link", [](OperatorCommands& commands, Reply<std::string> reply) {
    commands.setupLink(std::move(reply));
  });
}

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
  command.allow_extras(false);
}

int run(int argc, char** argv) {
  CommandLine line;
  CLI::App app(
      "Kith: community chat.\n\nExamples:\n  kith serve\n  kith serve --http_server.port 9000 --data.dir "
      "/var/lib/kith\n"
      "  kith token create --user ann --ttl 1h\n  kith admin setup-link\n",
      "kith");
  app.require_subcommand(1);
  auto* serve_command = app.add_subcommand("serve", "Runs the server");
  auto* token_command = app.add_subcommand("token", "Connection tokens for development");
  auto* create_command = token_command->add_subcommand("create", "Signs one, as the host application would");
  token_command->require_subcommand(1);
  create_command->add_option("--user", line.token_user, "The user's id in the host application")->required();
  create_command->add_option("--ttl", line.token_ttl, "How long it is valid: 90s, 15m, 1h, 7d");
  auto* admin_command = app.add_subcommand("admin", "The operator's acts");
  auto* link_command =
      admin_command->add_subcommand("setup-link", "A new one-time link for the first administrator");
  admin_command->require_subcommand(1);
  app.add_subcommand("version", "Prints the version");
  for (auto* command : {serve_command, create_command, link_command}) addOptions(*command, line);
  CLI11_PARSE(app, argc, argv);

  if (app.got_subcommand("version")) {
    std::printf("kith %s\n", std::string(kVersion).c_str());
    return 0;
  }
  const auto options = Options::load(line.config, environment(), line.flags);
  if (!options) return failed(options.error().message, kExitConfiguration);
  if (serve_command->parsed()) return serve(*options);
  return create_command->parsed() ? createToken(*options, line) : setupLink(*options);
}

}  // namespace
}  // namespace kith

int main(int argc, char** argv) {
  return kith::run(argc, argv);
}
