#include "load/dialect.h"

#include <openssl/hmac.h>

#include <array>
#include <ctime>

namespace kith::bench {
namespace {

class Raw final : public Dialect {
 public:
  std::string_view target() const override { return "/"; }
  std::string connect(std::uint32_t) const override { return ""; }
  std::string create(std::uint32_t) const override { return ""; }
  std::string join(std::string_view) const override { return ""; }
  std::string subscribe(std::string_view room) const override { return "sub " + std::string(room); }
  std::string publish(std::string_view room, std::string_view text) const override {
    return std::string("pub ").append(room).append(" ").append(text);
  }
  Heard hear(std::string_view message) const override {
    return {message.starts_with("subscribed ") ? Heard::Kind::Answer : Heard::Kind::Publication, message};
  }
};

std::string base64Url(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kLetters[held >> static_cast<unsigned>(bits - 6) & 63U];
  }
  if (bits > 0) out += kLetters[held << static_cast<unsigned>(6 - bits) & 63U];
  return out;
}

/// A JSON Web Token as a host application makes it (RFC 7519, HS256).
std::string signToken(const std::string& user, const std::string& secret) {
  const auto expires = std::to_string(std::time(nullptr) + 3600);
  const auto text = base64Url(R"({"alg":"HS256","typ":"JWT"})") + "." +
                    base64Url(R"({"sub":")" + user + R"(","exp":)" + expires + "}");
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return text + "." + base64Url({reinterpret_cast<const char*>(digest.data()), size});
}

class Kith : public Dialect {
 public:
  explicit Kith(std::string secret) : secret_(std::move(secret)) {}

  std::string_view target() const override { return "/connection/websocket"; }
  std::string connect(std::uint32_t user) const override {
    return R"({"id":1,"connect":{"token":")" + signToken("bench" + std::to_string(user), secret_) + R"("}})";
  }
  std::string create(std::uint32_t room) const override {
    return rpc("room.create", R"("name":"Bench )" + std::to_string(room) + "\"");
  }
  std::string join(std::string_view room) const override { return rpc("room.join", field("room", room)); }
  std::string subscribe(std::string_view room) const override {
    return R"({"id":2,"subscribe":{"channel":"room:)" + std::string(room) + R"("}})";
  }
  std::string publish(std::string_view room, std::string_view text) const override {
    return rpc("chat.send", field("room", room) + "," + field("text", text));
  }
  std::string call(std::string_view method, std::string_view fields) const override {
    return rpc(method, std::string(fields));
  }
  std::string_view pong() const override { return "{}"; }

  Heard hear(std::string_view message) const override {
    using Kind = Heard::Kind;
    if (message == "{}") return {Kind::Ping};
    if (message.starts_with(R"({"push":)")) {
      if (message.find(R"("type":"message.created")") == message.npos) return {};
      return {Kind::Publication, quotedAfter(message, R"("text":")")};
    }
    if (message.find(R"(,"error":)") < 16) return {Kind::Failure, message};
    return {Kind::Answer, quotedAfter(message, R"("room":{"id":")")};
  }

 protected:
  static std::string field(std::string_view name, std::string_view text) {
    return std::string("\"").append(name).append("\":\"").append(text).append("\"");
  }
  static std::string rpc(std::string_view method, const std::string& fields) {
    return R"({"id":3,"rpc":{"method":")" + std::string(method) + R"(","data":{)" + fields + "}}}";
  }

 private:
  std::string secret_;
};

class KithGroup final : public Kith {
 public:
  using Kith::Kith;
  std::string create(std::uint32_t room) const override {
    return rpc("group.create", R"("name":"Bench )" + std::to_string(room) + "\"");
  }
  std::string join(std::string_view room) const override { return rpc("group.join", field("group", room)); }
  Heard hear(std::string_view message) const override {
    auto heard = Kith::hear(message);
    if (heard.kind == Heard::Kind::Answer) heard.text = quotedAfter(message, R"("group":{"id":")");
    return heard;
  }
};

}  // namespace

std::string_view quotedAfter(std::string_view message, std::string_view key) {
  const auto at = message.find(key);
  if (at == message.npos) return "";
  const auto rest = message.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

std::unique_ptr<Dialect> makeDialect(std::string_view name, const std::string& secret) {
  if (name == "raw") return std::make_unique<Raw>();
  if (name == "kith") return std::make_unique<Kith>(secret);
  if (name == "kith-group") return std::make_unique<KithGroup>(secret);
  return nullptr;
}

}  // namespace kith::bench
