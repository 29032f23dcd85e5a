#include "eventlog/link.h"

#include <utility>

namespace kith {

Link::Link(const Cluster& cluster, std::vector<Loop*> loops, Log& log, Metrics& metrics)
    : cluster_(cluster),
      log_(log),
      loops_(std::move(loops)),
      frames_(cluster, log, metrics),
      high_water_(*loops_.front(), cluster, frames_, *this),
      presence_(cluster, frames_) {}

void Link::start(std::vector<Peers*> peers) {
  peers_ = std::move(peers);
  tell([](Peers& peer) { peer.start(); });
  loops_.front()->post([this] { high_water_.start(); });
  cluster_.broker.start(*this);
  cluster_.broker.subscribe(kMarksChannel);
}

template <class Tell>
void Link::tell(const Tell& tell) {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([peer = peers_[i], tell] { tell(*peer); });
  }
}

void Link::hearPresence(PresenceChannel::Heard heard) {
  loops_.front()->post([this, heard = std::move(heard)]() mutable { presence_.hear(std::move(heard)); });
}

void Link::tellPresence(PresenceChannel::Changes changes) {
  loops_.front()->post(
      [this, changes = std::move(changes)]() mutable { presence_.tell(std::move(changes)); });
}

void Link::connected() {
  log_.info("broker_connected");
  tell([](Peers& peer) { peer.connected(); });
}

void Link::lost() {
  log_.warn("broker_lost", {{"next", "the store is asked for what other nodes write, until it is back"}});
  tell([](Peers& peer) { peer.lost(); });
}

void Link::subscribed(const std::string& channel) {
  const auto scope = Scope::parse(channel);
  if (!scope) return;
  const auto owner = ownerOf(*scope, loops_.size());
  loops_[owner]->post([peer = peers_[owner], scope = *scope] { peer->subscribed(scope); });
}

void Link::received(const std::string& channel, const SharedBytes& frame) {
  if (channel == kMarksChannel) {
    return loops_.front()->post([this, frame] { high_water_.received(*frame); });
  }
  if (channel == kPresenceChannel) {
    return loops_.front()->post([this, frame] { presence_.received(*frame); });
  }
  const auto scope = Scope::parse(channel);
  if (!scope) return;
  const auto owner = ownerOf(*scope, loops_.size());
  loops_[owner]->post([peer = peers_[owner], scope = *scope, frame] { peer->received(scope, frame); });
}

void Link::marked(std::vector<broker::Mark> marks) {
  const auto shared = std::make_shared<const std::vector<broker::Mark>>(std::move(marks));
  tell([shared](Peers& peer) { peer.marked(*shared); });
}

void Link::suspects() {
  tell([](Peers& peer) { peer.checkAll(false); });
}

void Link::paused() {
  log_.warn("process_stood_still", {{"next", "every log is compared with the store"}});
  tell([](Peers& peer) { peer.checkAll(true); });
}

}  // namespace kith
