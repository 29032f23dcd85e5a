#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/expected.h"
#include "model/entry.h"

namespace kith::broker {

/// Which run of which node: random, new at each start.
using NodeId = std::uint64_t;
/// The first 8 bytes of SHA-256: what a frame names an epoch or a scope by.
std::uint64_t fingerprint(std::string_view text);

/// A committed entry as every node shows and applies it.
struct FrameEntry {
  std::optional<EntryType> type{};  // none: of a newer version, to be shown and not understood
  Offset ref_seq = 0;
  UserId ref_user{};
  std::vector<Offset> deleted{};
  SharedBytes data;  // the JSON object that clients get
};
/// Entries of one scope at the offsets first, first + 1, … : its channel says which scope.
struct Entries {
  std::uint64_t epoch = 0;
  Offset first = 0;
  std::vector<FrameEntry> entries;
};
/// A state without an offset, to whoever listens to the scope.
struct Signal {
  SharedBytes data;
};
/// How far a log had come at the node that says so: its high-water mark.
struct Mark {
  std::uint64_t scope = 0;
  Offset last = 0;
};
struct Marks {
  std::vector<Mark> marks;
};
/// Who came online in which places, or went.
struct Presence {
  enum class Now : std::uint8_t { Offline, Online };
  struct Change {
    UserId user;
    Now now = Now::Offline;
    std::vector<Scope> scopes{};
  };
  std::vector<Change> changes;
};

struct Frame {
  NodeId node = 0;
  std::uint64_t counter = 0;  // of that run, going up
  WallMs at = 0;
  std::variant<Entries, Signal, Marks, Presence> body;
};
using FrameBody = decltype(Frame::body);

inline constexpr std::size_t kFrameBytesMax = 1024 * 1024;
inline constexpr std::size_t kFrameBytesAim = 64 * 1024;  // a longer entry travels alone
inline constexpr std::size_t kMarksMax = 4000;            // of one frame

/// What frames are signed with. Both are accepted, so that a key can be changed under running nodes.
struct FrameKeys {
  std::string current;
  std::string previous{};  // empty: none
};

enum class FrameFault {
  TooLong,
  Forged,     // not signed for this channel with a key of ours, or damaged
  Malformed,  // signed, and still not a frame
  Newer,      // of a version this one does not know
};
std::string_view frameFaultName(FrameFault fault);

/// The bytes of a frame, signed for the channel.
///
/// Little endian: "K1", kind 1 byte (1 entries, 2 signal, 3 marks, 4 presence), flags 1 (0), node 8, epoch 8,
/// first offset 8 and count 2 (0 but for entries), counter 8, milliseconds 8; the body; 16 bytes of
/// HMAC-SHA256 over the channel, a zero byte and all before. An entry: kind 1 (EntryType + 1), version 1 (1),
/// state length 4 and state, data length 4 and data; its state: ref_seq 8, length 1 and ref_user, count 2 and
/// the deleted, 8 each. A mark: scope 8, offset 8. A change of presence: length 1 and user, 1 (online) or 0,
/// count 2 and the scopes, length 1 and name each.
std::string writeFrame(const Frame& frame, std::string_view channel, const FrameKeys& keys);
/// Trusts nothing before the signature, and no length after it.
Expected<Frame, FrameFault> readFrame(std::string_view bytes, std::string_view channel,
                                      const FrameKeys& keys);

/// Whose frame it says to be, before anything is checked: to leave one's own alone.
NodeId senderOf(std::string_view bytes);

/// The same entries in parts that each make a frame of at most kFrameBytesAim, or are one entry.
std::vector<Entries> splitEntries(Entries all);
/// The same changes in parts that each make a frame of about that size: one of very many places becomes
/// several.
std::vector<Presence> splitPresence(Presence all);

}  // namespace kith::broker
