#pragma once

#include <string>
#include <string_view>

#include "http/router.h"
#include "service/accounts.h"
#include "service/tokens.h"

namespace kith {

/// What an operator may ask of a server from the same machine: over DATA/kith.sock while it runs, else
/// of the store directly.
///
/// Any thread. The socket's mode and the check of the peer's user are the right to ask.
class OperatorCommands {
 public:
  OperatorCommands(AccountService& accounts, const Tokens& tokens, std::string page_url)
      : accounts_(accounts), tokens_(tokens), page_url_(std::move(page_url)) {}

  /// The one-time link for the first administrator. NotAvailable if there is one.
  void setupLink(Reply<std::string> reply);
  /// A connection token for a user of the host application, as that would sign it. Refused for the id
  /// of an own account: only signing in gives those.
  void createToken(const std::string& user, std::int64_t life_s, Reply<std::string> reply);

  /// An account, also while registration is off. The reply is a sentence.
  void createUser(NewAccount account, Reply<std::string> reply);
  /// A new password for an account of this server; its sign-ins end. The reply is a sentence.
  void resetPassword(const std::string& handle, const std::string& password, Reply<std::string> reply);

  /// POST /setup-link, /token?user=&ttl_s=, /user?handle=&name= and /password?handle= (the password is the
  /// body). Answers are plain text.
  void addTo(http::Router& router);

 private:
  AccountService& accounts_;
  const Tokens& tokens_;
  std::string page_url_;
};

/// A fault as a sentence for the operator, with the field in it.
std::string sentenceOf(const Fault& fault);

/// "90s", "15m", "1h", "7d" in seconds.
std::optional<std::int64_t> parseDuration(std::string_view text);

}  // namespace kith
