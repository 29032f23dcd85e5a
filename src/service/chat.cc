#include "service/chat.h"

#include "base/json_writer.h"
#include "service/permissions.h"
#include "service/request_hash.h"

namespace kith {
namespace {

std::string authorData(const std::string& name) {
  std::string out;
  JsonWriter(out).beginObject().field("author_name", name).endObject();
  return out;
}

std::string deletedData(const std::vector<Offset>& seqs, const std::string& reason) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("seqs").beginArray();
  for (const auto seq : seqs) json.number(seq);
  json.endArray();
  if (!reason.empty()) json.field("reason", reason);
  json.endObject();
  return out;
}

/// The entry of a send.
store::EntryDraft messageDraft(const SendMessage& request, const Caller& caller) {
  store::EntryDraft draft;
  draft.type = EntryType::MessageCreated;
  draft.data = authorData(caller.name);
  draft.message = store::NewMessage{request.text, request.format, request.reply_to};
  return draft;
}

store::AppendRun plainSend(const SendMessage& request, const Caller& caller) {
  return [request, caller](store::ScopeState& now) -> Result<store::EntryDraft> {
    const auto own = TRY(standingIn(now, caller.user));
    TRY(judge(caller.right, RoomFacts{caller, own}));
    return messageDraft(request, caller);
  };
}

/// A reply reads one row more: the message it answers. In its turn, so that it keeps its place among the
/// sender's other messages.
store::TransactionRun replySend(const SendMessage& request, const Caller& caller) {
  return [request, caller](store::Transaction& now) -> Result<store::Drafts> {
    TRY(judgeInRoom(caller.right, now, caller, request.room));
    if (!TRY(now.message(request.room, request.reply_to))) {
      return Fault::badField("reply_to", "must be the seq of a message of this room");
    }
    return store::Drafts{{Scope::of(request.room), messageDraft(request, caller)}};
  };
}

/// Whether one of the messages has still to be deleted; or why the caller may not.
Result<bool> mayDelete(store::Transaction& now, const DeleteMessage& request, const Caller& caller,
                       const Standing& own, Offset seq) {
  const auto message = TRY(now.message(request.room, seq));
  const auto author = message ? TRY(standingIn(now, request.room, message->author)) : Standing{};
  TRY(judge(caller.right, RoomFacts{caller, own, author, message ? &*message : nullptr}));
  return !message->deleted();
}

store::TransactionRun deletion(const DeleteMessage& request, const Caller& caller) {
  return [request, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto own = TRY(standingIn(now, request.room, caller.user));
    std::vector<Offset> left;
    for (const auto seq : request.seqs) {
      if (TRY(mayDelete(now, request, caller, own, seq))) left.push_back(seq);
    }
    if (left.empty()) return store::Drafts{};
    for (const auto seq : left) TRY(now.deleteMessage(request.room, seq, caller.user, request.reason));
    store::EntryDraft draft;
    draft.type = EntryType::MessageDeleted;
    draft.ref_seq = left.front();
    draft.data = deletedData(left, request.reason);
    return store::Drafts{{Scope::of(request.room), draft}};
  };
}

}  // namespace

Written writtenOf(const store::Committed& committed) {
  if (committed.entries.empty()) return {{}, 0, false, false};
  const auto& first = committed.entries.front();
  return {{first.epoch, first.logged.entry.offset}, first.logged.entry.at, committed.duplicate, true};
}

void ChatService::sendMessage(const Caller& caller, SendMessage request, Reply<Written> reply) {
  const auto hash = requestHash(hash_key_, "chat.send",
                                {request.text, formatName(request.format), std::to_string(request.reply_to)});
  auto broadcast = broadcastThenAnswer(this, &ChatService::broadcastMessage, std::move(reply));
  auto done = [this, turn = typing_.turn(),
               broadcast = std::move(broadcast)](Result<store::Committed> result) mutable {
    if (result && !result->duplicate) {
      const auto& entry = result->entries.front();
      typing_.messageSent(entry.scope.room(), entry.logged.entry.actor, turn);
    }
    broadcast(std::move(result));
  };
  store::WriteItem item{{Scope::of(request.room)}, caller.user, request.nonce,  hash,
                        request.text.size(),       {},          std::move(done)};
  if (request.reply_to == 0)
    item.run = plainSend(request, caller);
  else
    item.run = replySend(request, caller);
  log_.append(std::move(item));
}

void ChatService::editMessage(const Caller& caller, EditMessage request, Reply<Written> reply) {
  const auto seq = std::to_string(request.seq);
  const auto hash = requestHash(hash_key_, "chat.edit", {seq, request.text});
  const auto bytes = request.text.size();
  auto run = [request, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto own = TRY(standingIn(now, request.room, caller.user));
    const auto message = TRY(now.message(request.room, request.seq));
    TRY(judge(caller.right, RoomFacts{caller, own, RoomFacts::kNobody, message ? &*message : nullptr}));
    if (message->text == request.text) return store::Drafts{};
    TRY(now.editMessage(request.room, request.seq, request.text));
    store::EntryDraft draft;
    draft.type = EntryType::MessageEdited;
    draft.ref_seq = request.seq;
    return store::Drafts{{Scope::of(request.room), draft}};
  };
  auto done = broadcastThenAnswer(this, &ChatService::broadcastMessageEdit, std::move(reply));
  log_.append({{Scope::of(request.room)},
               caller.user,
               request.nonce,
               hash,
               bytes,
               store::TransactionRun(std::move(run)),
               std::move(done)});
}

void ChatService::deleteMessage(const Caller& caller, DeleteMessage request, Reply<Written> reply) {
  std::string seqs;
  for (const auto seq : request.seqs) seqs += (seqs.empty() ? "" : " ") + std::to_string(seq);
  const auto hash = requestHash(hash_key_, "chat.delete", {seqs, request.reason});
  auto done = broadcastThenAnswer(this, &ChatService::broadcastMessageDelete, std::move(reply));
  log_.append({{Scope::of(request.room)},
               caller.user,
               request.nonce,
               hash,
               request.seqs.size() * sizeof(Offset) + request.reason.size(),
               deletion(request, caller),
               std::move(done)});
}

void ChatService::broadcastMessage(const store::Committed& committed) {
  for (const auto& entry : committed.entries) publish_.publishChatMessage(entry);
}

void ChatService::broadcastMessageEdit(const store::Committed& committed) {
  for (const auto& entry : committed.entries) publish_.publishMessageEdit(entry);
}

void ChatService::broadcastMessageDelete(const store::Committed& committed) {
  for (const auto& entry : committed.entries) publish_.publishMessageDelete(entry);
}

void ChatService::broadcastTyping(const Caller& caller, const RoomId& room, TypingIndicator::State state,
                                  Reply<bool> reply) {
  auto sign = typing_.take(room, caller, state);
  log_.read(
      [caller, room](store::Reader& reader) -> Result<void> {
        return judgeInRoom(caller.right, reader, caller, room);
      },
      [this, sign = std::move(sign), reply = std::move(reply)](Result<void> result) mutable {
        if (!result) typing_.drop(sign);
        if (!result) return reply(result.error());
        typing_.broadcastTyping(sign);
        reply(true);
      });
}

}  // namespace kith
