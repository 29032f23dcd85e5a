#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/mongodb/log_documents.h"

namespace kith::store::mongodb {

/// The messages on one session: their old texts, and pages of them. Lives with its session, on its thread.
class MessageDocuments {
 public:
  MessageDocuments(Session& session, LogDocuments& log) : session_(session), log_(log) {}

  Result<std::optional<Message>> message(const RoomId& room, Offset seq);
  Result<MessagePage> page(const RoomId& room, const PageQuery& query);
  Result<std::vector<MessageEdit>> edits(const RoomId& room, Offset seq);

  // In a transaction.
  Result<void> edit(const RoomId& room, Offset seq, const std::string& text, WallMs at);
  Result<void> remove(const RoomId& room, Offset seq, const UserId& by, const std::string& reason, WallMs at);
  /// Removes the texts of at most `limit` messages that still have one. True: some are left.
  Result<bool> purge(const RoomId& room, std::size_t limit, WallMs at);

 private:
  using Shown = std::pair<Message, std::string>;
  Result<void> gather(const Scope& scope, Offset first, Offset last, const FindOptions& how,
                      std::vector<Shown>& out);
  Result<bool> below(const Scope& scope, Offset seq, Offset head, std::size_t limit, std::vector<Shown>& out);
  Result<bool> above(const Scope& scope, Offset seq, Offset head, std::size_t limit, std::vector<Shown>& out);

  Session& session_;
  LogDocuments& log_;
};

}  // namespace kith::store::mongodb
