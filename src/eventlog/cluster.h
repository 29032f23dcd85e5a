#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/loop.h"
#include "broker/broker.h"
#include "broker/frame.h"

namespace kith {

/// What joins this node to others on the same store. Not owned: broker and clock outlive the log.
struct Cluster {
  broker::Broker& broker;
  broker::NodeId node;  // of this run: random
  broker::FrameKeys keys;
  const Clock& clock;  // its wall() is one that the nodes agree on, within seconds
};

/// The channels that nodes hear beside those of their scopes.
inline constexpr char kMarksChannel[] = "hwm";
inline constexpr char kPresenceChannel[] = "presence";

inline constexpr Milliseconds kMarkInterval{1000};
inline constexpr Milliseconds kMarkLate{2500};       // a node whose mark is that late is suspected
inline constexpr Milliseconds kPause{5000};          // a loop that stood so long has missed something
inline constexpr Milliseconds kConfirmTime{250};     // beyond it, the position is read without a confirmation
inline constexpr Milliseconds kCheckInterval{5000};  // at least; of a scope that publications of arrive
inline constexpr Milliseconds kPollInterval{2000};   // of one that none arrive of
inline constexpr Milliseconds kSilence{600'000};     // who was silent so long is checked ten times less
inline constexpr Milliseconds kCheckStep{100};       // between reads of the store
inline constexpr std::size_t kChecksPerSecond = 2000;  // of this node

}  // namespace kith
