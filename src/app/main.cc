#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iostream>
#include <thread>

#include "app/addresses.h"
#include "app/command_line.h"
#include "app/command_socket.h"
#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/node.h"
#include "app/version.h"
#include "base/random.h"
#include "http/target.h"

namespace kith {
namespace {

constexpr std::size_t kPasswordBytes = 12;  // 96 bits, 16 characters to copy

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

void printReady(Node& node, const Options& options, const std::string& program) {
  const auto& folder = options.text("data.dir");
  const auto internal = node.internalUrl();
  const bool every = isEveryAddress(options.text("http_server.address"));
  std::printf("Kith %s\n\n", std::string(kVersion).c_str());
  std::printf("  Page and API          %s%s\n", node.pageUrl().c_str(),
              every ? " (and every other address of this machine)" : "");
  std::printf("  Health                %s/healthz, /readyz, /version\n", internal.c_str());
  std::printf("  Metrics               %s/metrics\n", internal.c_str());
  std::printf("  Data                  %s\n", std::filesystem::absolute(folder).c_str());
  if (const auto link = node.setupLink()) {
    const auto where = folder == "data" ? "" : " --data.dir=" + folder;
    std::printf("\n  First administrator   %s\n", link->c_str());
    std::printf("                        Valid once, for 30 minutes. A new one: %s admin setup-link%s\n",
                program.c_str(), where.c_str());
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

int serve(const Options& options, const std::string& program) {
  const auto signals = blockSignals();
  Log log(levelOf(options.text("log.level")),
          isatty(STDERR_FILENO) != 0 ? Log::Format::Text : Log::Format::Json);
  for (const auto& key : options.unknown()) {
    log.warn("unknown_option", {{"key", key}, {"nearest", nearestKey(key)}});
  }
  auto node = Node::start(options, log);
  if (!node) return failed(node.error().message, kExitFailed);
  printReady(**node, options, program);
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

std::string shownFolder(const std::string& folder) {
  return folder.starts_with('/') || folder.starts_with('.') ? folder : "./" + folder;
}

/// Of the server that runs on this folder, else of the folder's store.
template <class Ask>
int operatorCommand(const Options& options, const std::string& target, const std::string& body, Ask ask) {
  std::string text;
  int status = 0;
  if (const auto answer = askServer(commandSocketPath(options.text("data.dir")), target, body)) {
    status = answer->status;
    text = answer->text;
  } else if (!Node::hasData(options)) {
    // Opening would make a store, and what comes of that fits no server.
    return failed("no Kith data in " + shownFolder(options.text("data.dir")) +
                      "; give --data.dir, or start the server there first",
                  kExitConfiguration);
  } else {
    Log log(LogLevel::Error, Log::Format::Text);
    auto node = Node::open(options, log);
    if (!node) return failed(node.error().message, kExitFailed);
    std::promise<Result<std::string>> promise;
    ask((*node)->commands(),
        [&promise](Result<std::string> result) { promise.set_value(std::move(result)); });
    const auto result = promise.get_future().get();
    status = result ? 200 : 400;
    text = result ? *result : sentenceOf(result.error());
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
  return operatorCommand(options, "/token?user=" + line.token_user + "&ttl_s=" + std::to_string(*life), "",
                         [&](OperatorCommands& commands, Reply<std::string> reply) {
                           commands.createToken(line.token_user, *life, std::move(reply));
                         });
}

int setupLink(const Options& options) {
  return operatorCommand(
      options, "/setup-link", "",
      [](OperatorCommands& commands, Reply<std::string> reply) { commands.setupLink(std::move(reply)); });
}

/// Of a new account, or anew of an old one: made here and shown once it is in force, or read and not shown.
std::optional<std::string> passwordFor(const CommandLine& line) {
  if (line.password == CommandLine::Password::Generated) return Random().token(kPasswordBytes);
  std::string password;
  if (!std::getline(std::cin, password)) return std::nullopt;
  return password;
}

int setPassword(const Options& options, const CommandLine& line) {
  const auto password = passwordFor(line);
  if (!password) return failed("--password-stdin: there is no line on standard input", kExitUsage);
  const bool anew = line.command == CommandLine::Command::ResetPassword;
  const auto target = (anew ? "/password?handle=" : "/user?handle=") + http::percentEncode(line.handle) +
                      (anew ? "" : "&name=" + http::percentEncode(line.name));
  const int code =
      operatorCommand(options, target, *password, [&](OperatorCommands& commands, Reply<std::string> reply) {
        if (anew) return commands.resetPassword(line.handle, *password, std::move(reply));
        commands.createUser({line.handle, line.name, *password}, std::move(reply));
      });
  if (code == 0 && line.password == CommandLine::Password::Generated) {
    std::printf("Its password, shown this once:\n%s\n", password->c_str());
  }
  return code;
}

int run(const CommandLine& line) {
  if (line.command == CommandLine::Command::Version) {
    std::printf("kith %s\n", std::string(kVersion).c_str());
    return 0;
  }
  const auto options = Options::load(line.config, environment(), line.flags);
  if (!options) return failed(options.error().message, kExitConfiguration);
  switch (line.command) {
    case CommandLine::Command::Version:
    case CommandLine::Command::Serve:
      break;
    case CommandLine::Command::TokenCreate:
      return createToken(*options, line);
    case CommandLine::Command::SetupLink:
      return setupLink(*options);
    case CommandLine::Command::CreateUser:
    case CommandLine::Command::ResetPassword:
      return setPassword(*options, line);
  }
  return serve(*options, line.program);
}

}  // namespace
}  // namespace kith

int main(int argc, char** argv) {
  kith::CommandLineEnd end;
  const auto line = kith::parseCommandLine({argv, argv + argc}, end);
  if (line) return kith::run(*line);
  if (end.code != 0) return kith::failed(end.text, end.code);
  std::printf("%s", end.text.c_str());
  return 0;
}
