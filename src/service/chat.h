#pragma once

#include <map>
#include <string>
#include <vector>

#include "eventlog/publish.h"
#include "service/caller.h"
#include "service/typing.h"

namespace kith {

struct SendMessage {
  RoomId room;
  std::string text;
  std::string nonce;
  TextFormat format = TextFormat::Markdown;
  Offset reply_to = 0;
};
struct EditMessage {
  RoomId room;
  Offset seq = 0;
  std::string text;
  std::string nonce;
};
struct DeleteMessage {
  RoomId room;
  std::vector<Offset> seqs;  // ascending, each once
  std::string reason;
  std::string nonce;
};

/// What a write answers: where its entry stands. `changed` false: nothing had to be done, no entry.
struct Written {
  Position position;
  WallMs at = 0;
  bool duplicate = false;
  bool changed = true;
};

/// A page with what it takes to show it.
struct ShownPage {
  store::MessagePage page;
  std::map<Offset, Message> replied;    // messages that the page's replies answer
  std::map<UserId, std::string> names;  // of all authors
};

/// Messages of rooms: stores them, then broadcasts.
///
/// Any thread; replies come on any thread, after the commit. Texts have passed checkedText().
/// Rights are judged when the write's turn comes, against the log as it is then. Owns nothing but
/// its settings.
class ChatService {
 public:
  ChatService(EventLog& log, Publish& publish, TypingIndicator& typing, std::string hash_key)
      : log_(log), publish_(publish), typing_(typing), hash_key_(std::move(hash_key)) {}

  void sendMessage(const Caller& caller, SendMessage request, Reply<Written> reply);
  void editMessage(const Caller& caller, EditMessage request, Reply<Written> reply);
  /// All of them or none: one right that is missing refuses the request. Those deleted before are left out.
  void deleteMessage(const Caller& caller, DeleteMessage request, Reply<Written> reply);

  void getMessages(const Caller& caller, const RoomId& room, store::PageQuery query, Reply<ShownPage> reply);
  void getMessage(const Caller& caller, const RoomId& room, Offset seq, Reply<ShownPage> reply);
  void getEdits(const Caller& caller, const RoomId& room, Offset seq, Reply<std::vector<MessageEdit>> reply);

  /// Tells the room that the caller types, or has stopped. Who may not post has no typing: dropped.
  void broadcastTyping(const Caller& caller, const RoomId& room, TypingIndicator::State state,
                       Reply<bool> reply);

 private:
  void broadcastMessage(const store::Committed& committed);
  void broadcastMessageEdit(const store::Committed& committed);
  void broadcastMessageDelete(const store::Committed& committed);

  EventLog& log_;
  Publish& publish_;
  TypingIndicator& typing_;
  std::string hash_key_;
};

/// The answer of a commit by its first entry.
Written writtenOf(const store::Committed& committed);

/// What becomes of a write: broadcast once, best effort, since the log is what counts; then answered.
template <class Service>
Callback<void(Result<store::Committed>)> broadcastThenAnswer(
    Service* service, void (Service::*broadcast)(const store::Committed&), Reply<Written> reply) {
  return [service, broadcast, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(std::move(result).error());
    if (!result->duplicate) (service->*broadcast)(*result);
    reply(writtenOf(*result));
  };
}

}  // namespace kith
