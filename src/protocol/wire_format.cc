#include "protocol/wire_format.h"

#include "protocol/json_codec.h"
#include "websocket/frame_writer.h"

namespace kith::protocol {
namespace {

class JsonOverWebSocket final : public WireFormat {
 public:
  const Codec& codec() const override { return codec_; }
  std::string frame(std::string message) const override {
    return websocket::encodeFrame(websocket::Opcode::Text, message);
  }

 private:
  JsonCodec codec_;
};

}  // namespace

const WireFormat& jsonOverWebSocket() {
  static const JsonOverWebSocket format;
  return format;
}

}  // namespace kith::protocol
