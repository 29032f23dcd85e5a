#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kith::bench {

/// What a message of the server amounts to.
struct Heard {
  enum class Kind : std::uint8_t { Answer, Failure, Publication, Ping, Other };
  Kind kind = Kind::Other;
  std::string_view text{};  // of a publication or failure; the new room's name of an answer
};

/// The text behind `key`, up to the next quote: what the generator wrote has none in it.
std::string_view quotedAfter(std::string_view message, std::string_view key);

/// How one kind of server is spoken to. A command with an empty text is not needed there.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view target() const = 0;
  virtual std::string connect(std::uint32_t user) const = 0;
  /// The answer names the room. Without a command, rooms have numbers for names.
  virtual std::string create(std::uint32_t room) const = 0;
  virtual std::string join(std::string_view room) const = 0;
  virtual std::string subscribe(std::string_view room) const = 0;
  virtual std::string publish(std::string_view room, std::string_view text) const = 0;
  /// Anything else, if the server knows such a thing: a method, and the members of a JSON object.
  virtual std::string call(std::string_view, std::string_view) const { return ""; }
  virtual std::string_view pong() const { return ""; }
  virtual Heard hear(std::string_view message) const = 0;
};

/// `raw`: the bare server. `kith`: the Centrifuge protocol in JSON, with tokens signed by `secret`.
/// `kith-group`: the same, where a room is the main room of a group: made and joined with it.
std::unique_ptr<Dialect> makeDialect(std::string_view name, const std::string& secret);

}  // namespace kith::bench
