#include "store/mongodb/lane.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/assert.h"

namespace kith::store::mongodb {
namespace {

constexpr std::int64_t kPauseMsMax = 50;

}  // namespace

WallMs SteadyWall::now() {
  const WallMs wall = clock_.wall();
  WallMs last = last_.load();
  while (last < wall && !last_.compare_exchange_weak(last, wall)) {
  }
  return std::max(last, wall);
}

void ServerState::failed(const std::string& why) {
  Lock lock(mutex_);
  why_ = why;
  away_ = true;
}

void ServerState::answered() {
  if (!away_) return;
  Lock lock(mutex_);
  why_.clear();
  away_ = false;
}

std::string ServerState::why() const {
  if (!away_) return {};
  Lock lock(mutex_);
  return why_;
}

Shared::Shared(Server& on, const Identity& of, DamageReport& report, const MongoOptions& given,
               const Clock& clock, Metrics& metrics)
    : server(on),
      identity(of),
      damage(report),
      options(given),
      wall(clock),
      commits(metrics.counter("kith_store_commits_total", "Commits made durable.")),
      entries(metrics.counter("kith_store_entries_total", "Entries made durable.")),
      failed_commits(metrics.counter("kith_store_failed_commits_total", "Commits that did not happen.")),
      tries_again(metrics.counter("kith_store_retries_total",
                                  "Writes tried again: another node was faster, or no answer came.")) {}

Patience::Patience(const Shared& shared)
    : shared_(shared), until_(std::chrono::steady_clock::now() + shared.options.patience) {}

bool Patience::wait() {
  const Milliseconds pause(
      1 + static_cast<std::int64_t>(random_.number() % static_cast<std::uint64_t>(pause_ms_)));
  pause_ms_ = std::min(2 * pause_ms_, kPauseMsMax);
  if (shared_.ending || std::chrono::steady_clock::now() + pause >= until_) return false;
  std::this_thread::sleep_for(pause);
  return true;
}

Lane::Lane(Shared& of, std::unique_ptr<Session> with)
    : shared(of), session(std::move(with)), documents(*session, of.identity, of.heads, of.damage) {}

std::string newWriteId(Random& random) {
  std::string id(12, '\0');
  random.fill(id.data(), id.size());
  return id;
}

LoggedEntry nextEntry(Head& head, const Scope& scope, EntryDraft draft, const WriteItem& item,
                      bool with_nonce, WallMs now) {
  ASSERT(draft.message.has_value() == (draft.type == EntryType::MessageCreated));
  LoggedEntry made;
  Entry& entry = made.entry;
  entry.offset = head.position.offset + 1;
  entry.at = std::max(now, head.at);
  entry.type = draft.type;
  entry.actor = item.author;
  if (with_nonce) {
    entry.nonce = item.nonce;
    entry.request_hash = item.request_hash;
  }
  entry.ref_seq = draft.message ? entry.offset : draft.ref_seq;
  entry.ref_user = std::move(draft.ref_user);
  entry.data = std::move(draft.data);
  entry.messages = head.messages + (draft.message ? 1 : 0);
  entry.members = head.members + draft.members_change;
  if (draft.message) {
    Message message;
    message.room = scope.room();
    message.seq = entry.offset;
    message.author = entry.actor;
    message.text = std::move(draft.message->text);
    message.format = draft.message->format;
    message.reply_to = draft.message->reply_to;
    message.at = entry.at;
    made.message = std::move(message);
  }
  head.position.offset = entry.offset;
  head.at = entry.at;
  head.messages = entry.messages;
  head.members = entry.members;
  return made;
}

}  // namespace kith::store::mongodb
