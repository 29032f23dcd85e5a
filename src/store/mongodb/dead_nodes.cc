#include "store/mongodb/dead_nodes.h"

#include <utility>

#include "base/random.h"
#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

constexpr Milliseconds kInterval{1000};
constexpr int kUnchangedMax =
    2;  // before who waits for the dead one gives up, and a live one is seldom so late

}  // namespace

DeadNodes::DeadNodes(std::unique_ptr<Session> session, std::vector<Document> watched, Log& log)
    : session_(std::move(session)),
      watched_(std::move(watched)),
      log_(log),
      node_(Random().id()),
      thread_([this] { run(); }) {}

DeadNodes::~DeadNodes() {
  {
    Lock lock(mutex_);
    ending_ = true;
  }
  changed_.notifyAll();
  thread_.join();
}

void DeadNodes::run() {
  bool answered = false;
  do {
    // A server that does not answer now is asked again; it says nothing about the others.
    answered = beat().ok();
    if (answered) (void)look();
    session_->clearFailure();
  } while (waits());
  if (!answered) return;  // the end of this node does not wait for it
  Document own;
  own.text("_id", node_);
  (void)session_->remove(kNodes, own);
}

bool DeadNodes::waits() {
  const auto until = std::chrono::steady_clock::now() + kInterval;
  Lock lock(mutex_);
  while (!ending_) {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    changed_.waitFor(mutex_, left);
  }
  return false;
}

Result<void> DeadNodes::beat() {
  Document row;
  row.text("_id", node_).number("beat", ++beats_).documents("sessions", watched_);
  return session_->put(kNodes, node_, row);
}

Result<void> DeadNodes::look() {
  std::map<std::string, Seen> seen;
  std::vector<std::pair<std::string, std::vector<Document>>> dead;
  auto rows = session_->find(kNodes, Document());
  while (TRY(rows.next())) {
    const auto row = rows.row();
    const auto node = row.text("_id");
    if (node == node_) continue;
    const auto before = seen_.find(node);
    Seen now{row.number("beat"), 0};
    if (before != seen_.end() && before->second.beat == now.beat)
      now.unchanged = before->second.unchanged + 1;
    if (now.unchanged >= kUnchangedMax) dead.emplace_back(node, row.documents("sessions"));
    seen.emplace(node, now);
  }
  seen_ = std::move(seen);
  for (const auto& [node, sessions] : dead) TRY(bury(node, sessions));
  return {};
}

// The row last: who dies in between leaves it to the next.
Result<void> DeadNodes::bury(const std::string& node, const std::vector<Document>& sessions) {
  Document command;
  command.documents("killSessions", sessions);
  TRY(session_->command(command));
  Document row;
  row.text("_id", node);
  TRY(session_->remove(kNodes, row));
  log_.warn("store.node_died", {{"node", node}, {"did", "ended the transactions that it left behind"}});
  return {};
}

}  // namespace kith::store::mongodb
