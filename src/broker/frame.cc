#include "broker/frame.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/digest.h"

namespace kith::broker {
namespace {

enum Kind : std::uint8_t { kEntries = 1, kSignal = 2, kMarks = 3, kPresence = 4 };

constexpr std::string_view kMagic = "K1";
constexpr std::size_t kHeaderBytes = 46;
constexpr std::size_t kSignatureBytes = 16;
constexpr std::uint8_t kEntryVersion = 1;
constexpr std::size_t kScopesOfChangeMax = 500;

std::string signatureOf(std::string_view bytes, std::string_view channel, const std::string& key) {
  std::string all;
  all.reserve(channel.size() + 1 + bytes.size());
  all.append(channel).append(1, '\0').append(bytes);
  return hmacSha256(key, all).substr(0, kSignatureBytes);
}

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 255);
}

/// Takes values off the front of bytes that may end anywhere. After a failure all is zero.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : rest_(bytes) {}

  std::string_view bytes(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <class Number>
  Number number() {
    std::uint64_t number = 0;
    const auto taken = bytes(sizeof(Number));
    for (std::size_t i = 0; i < taken.size(); ++i)
      number |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    return static_cast<Number>(number);
  }
  std::size_t left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  /// All was there, and nothing is left.
  bool whole() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::size_t stateBytes(const FrameEntry& entry) {
  return 8 + 1 + entry.ref_user.text().size() + 2 + 8 * entry.deleted.size();
}

std::size_t bytesOf(const FrameEntry& entry) {
  return 2 + 4 + stateBytes(entry) + 4 + entry.data->size();
}

void putEntry(std::string& out, const FrameEntry& entry) {
  ASSERT(entry.type && entry.ref_user.text().size() <= 64);
  ASSERT(entry.deleted.size() <= std::numeric_limits<std::uint16_t>::max());
  put(out, static_cast<std::uint8_t>(static_cast<unsigned>(*entry.type) + 1));
  put(out, kEntryVersion);
  put(out, static_cast<std::uint32_t>(stateBytes(entry)));
  put(out, entry.ref_seq);
  put(out, static_cast<std::uint8_t>(entry.ref_user.text().size()));
  out += entry.ref_user.text();
  put(out, static_cast<std::uint16_t>(entry.deleted.size()));
  for (const Offset seq : entry.deleted) put(out, seq);
  put(out, static_cast<std::uint32_t>(entry.data->size()));
  out += *entry.data;
}

bool readState(std::string_view state, FrameEntry& entry) {
  Taker take(state);
  entry.ref_seq = take.number<Offset>();
  const auto user = take.bytes(take.number<std::uint8_t>());
  if (!user.empty()) {
    const auto parsed = UserId::parse(user);
    if (!parsed) return false;
    entry.ref_user = *parsed;
  }
  const auto count = take.number<std::uint16_t>();
  if (take.left() != std::size_t{8} * count) return false;
  for (std::size_t i = 0; i < count; ++i) entry.deleted.push_back(take.number<Offset>());
  return take.whole();
}

bool readEntry(Taker& take, FrameEntry& entry) {
  const auto kind = take.number<std::uint8_t>();
  const auto version = take.number<std::uint8_t>();
  const auto state = take.bytes(take.number<std::uint32_t>());
  const auto data = take.bytes(take.number<std::uint32_t>());
  if (take.failed() || kind == 0) return false;
  entry.data = shareBytes(std::string(data));
  if (version != kEntryVersion || kind > static_cast<unsigned>(kLastEntryType) + 1) return true;
  entry.type = static_cast<EntryType>(kind - 1);
  return readState(state, entry);
}

Expected<Entries, FrameFault> readEntries(Taker& take, std::uint64_t epoch, Offset first, std::size_t count) {
  Entries entries{epoch, first, {}};
  if (first == 0 || count == 0 || first > std::numeric_limits<Offset>::max() - count)
    return FrameFault::Malformed;
  for (std::size_t i = 0; i < count; ++i) {
    if (!readEntry(take, entries.entries.emplace_back())) return FrameFault::Malformed;
  }
  if (!take.whole()) return FrameFault::Malformed;
  return entries;
}

Expected<Marks, FrameFault> readMarks(Taker& take) {
  Marks marks;
  if (take.left() % 16 != 0 || take.left() / 16 > kMarksMax) return FrameFault::Malformed;
  while (take.left() > 0) {
    auto& mark = marks.marks.emplace_back();
    mark.scope = take.number<std::uint64_t>();
    mark.last = take.number<Offset>();
  }
  return marks;
}

void putShort(std::string& out, const std::string& text) {
  ASSERT(text.size() <= std::numeric_limits<std::uint8_t>::max());
  put(out, static_cast<std::uint8_t>(text.size()));
  out += text;
}

void putChange(std::string& out, const Presence::Change& change) {
  ASSERT(change.scopes.size() <= std::numeric_limits<std::uint16_t>::max());
  putShort(out, change.user.text());
  put(out, static_cast<std::uint8_t>(change.now));
  put(out, static_cast<std::uint16_t>(change.scopes.size()));
  for (const auto& scope : change.scopes) putShort(out, scope.name());
}

bool readChange(Taker& take, Presence::Change& change) {
  const auto user = UserId::parse(take.bytes(take.number<std::uint8_t>()));
  const auto now = take.number<std::uint8_t>();
  const auto count = take.number<std::uint16_t>();
  if (!user || now > 1) return false;
  change.user = *user;
  change.now = static_cast<Presence::Now>(now);
  for (std::size_t i = 0; i < count; ++i) {
    const auto scope = Scope::parse(take.bytes(take.number<std::uint8_t>()));
    if (!scope) return false;
    change.scopes.push_back(*scope);
  }
  return !take.failed();
}

Expected<Presence, FrameFault> readPresence(Taker& take) {
  Presence presence;
  while (take.left() > 0) {
    if (!readChange(take, presence.changes.emplace_back())) return FrameFault::Malformed;
  }
  return presence;
}

bool isSigned(std::string_view bytes, std::string_view channel, std::string_view signature,
              const FrameKeys& keys) {
  if (equalSecrets(signatureOf(bytes, channel, keys.current), signature)) return true;
  return !keys.previous.empty() && equalSecrets(signatureOf(bytes, channel, keys.previous), signature);
}

}  // namespace

std::uint64_t fingerprint(std::string_view text) {
  const std::string digest = sha256(text);
  return Taker(digest).number<std::uint64_t>();
}

std::string_view frameFaultName(FrameFault fault) {
  switch (fault) {
    case FrameFault::TooLong:
      return "too_long";
    case FrameFault::Forged:
      return "forged";
    case FrameFault::Malformed:
      return "malformed";
    case FrameFault::Newer:
      return "newer";
  }
  return {};
}

std::string writeFrame(const Frame& frame, std::string_view channel, const FrameKeys& keys) {
  static const Entries kNone;
  const auto* entries = std::get_if<Entries>(&frame.body);
  const auto& header = entries != nullptr ? *entries : kNone;
  ASSERT(header.entries.size() <= std::numeric_limits<std::uint16_t>::max());
  std::string out(kMagic);
  out.reserve(kFrameBytesAim / 16);
  put(out, static_cast<std::uint8_t>(frame.body.index() + 1));
  put(out, std::uint8_t{0});
  put(out, frame.node);
  put(out, header.epoch);
  put(out, header.first);
  put(out, static_cast<std::uint16_t>(header.entries.size()));
  put(out, frame.counter);
  put(out, frame.at);
  ASSERT(out.size() == kHeaderBytes);
  for (const auto& entry : header.entries) putEntry(out, entry);
  if (const auto* signal = std::get_if<Signal>(&frame.body)) out += *signal->data;
  if (const auto* marks = std::get_if<Marks>(&frame.body)) {
    for (const auto& [scope, last] : marks->marks) {
      put(out, scope);
      put(out, last);
    }
  }
  if (const auto* presence = std::get_if<Presence>(&frame.body)) {
    for (const auto& change : presence->changes) putChange(out, change);
  }
  out += signatureOf(out, channel, keys.current);
  return out;
}

Expected<Frame, FrameFault> readFrame(std::string_view bytes, std::string_view channel,
                                      const FrameKeys& keys) {
  if (bytes.size() > kFrameBytesMax) return FrameFault::TooLong;
  if (bytes.size() < kHeaderBytes + kSignatureBytes) return FrameFault::Forged;
  const auto signature = bytes.substr(bytes.size() - kSignatureBytes);
  bytes.remove_suffix(kSignatureBytes);
  if (!isSigned(bytes, channel, signature, keys)) return FrameFault::Forged;
  Taker take(bytes);
  if (take.bytes(kMagic.size()) != kMagic) return FrameFault::Newer;
  const auto kind = take.number<std::uint8_t>();
  if (take.number<std::uint8_t>() != 0) return FrameFault::Newer;
  Frame frame;
  frame.node = take.number<NodeId>();
  const auto epoch = take.number<std::uint64_t>();
  const auto first = take.number<Offset>();
  const auto count = take.number<std::uint16_t>();
  frame.counter = take.number<std::uint64_t>();
  frame.at = take.number<WallMs>();
  if (kind == kEntries) {
    frame.body = TRY(readEntries(take, epoch, first, count));
    return frame;
  }
  if (kind > kPresence || kind == 0) return FrameFault::Newer;
  if (epoch != 0 || first != 0 || count != 0) return FrameFault::Malformed;
  if (kind == kMarks) {
    frame.body = TRY(readMarks(take));
  } else if (kind == kPresence) {
    frame.body = TRY(readPresence(take));
  } else {
    frame.body = Signal{shareBytes(std::string(take.bytes(take.left())))};
  }
  return frame;
}

NodeId senderOf(std::string_view bytes) {
  Taker take(bytes);
  take.bytes(kMagic.size() + 2);
  return take.number<NodeId>();
}

std::vector<Entries> splitEntries(Entries all) {
  std::vector<Entries> parts;
  std::size_t bytes = 0;
  Offset offset = all.first;
  for (auto& entry : all.entries) {
    bytes += bytesOf(entry);
    if (parts.empty() || bytes + kHeaderBytes + kSignatureBytes > kFrameBytesAim) {
      parts.push_back({all.epoch, offset, {}});
      bytes = bytesOf(entry);
    }
    parts.back().entries.push_back(std::move(entry));
    ++offset;
  }
  return parts;
}

std::vector<Presence> splitPresence(Presence all) {
  std::vector<Presence> parts;
  std::size_t scopes = 0;
  for (auto& change : all.changes) {
    for (std::size_t from = 0; from == 0 || from < change.scopes.size(); from += kScopesOfChangeMax) {
      const auto begin = change.scopes.begin() + static_cast<std::ptrdiff_t>(from);
      const auto count = std::min(kScopesOfChangeMax, change.scopes.size() - from);
      if (parts.empty() || scopes + count + 1 > kScopesOfChangeMax + 1) {
        parts.emplace_back();
        scopes = 0;
      }
      scopes += count + 1;
      parts.back().changes.push_back(
          {change.user, change.now, {begin, begin + static_cast<std::ptrdiff_t>(count)}});
    }
  }
  return parts;
}

}  // namespace kith::broker
