// A client's bytes, whole and cut: the same requests, the same refusal, nothing read past a refusal.
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "http/body_reader.h"
#include "http/head_parser.h"
#include "http/head_scanner.h"

using namespace kith::http;

namespace {

constexpr std::size_t kBody = 2048;

/// What a server would make of the bytes: one line per request or refusal.
class Reading {
 public:
  void feed(std::string_view input) {
    while (!input.empty() && !refused_) in_body_ ? readBody(input) : readHead(input);
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void refuse(int status) {
    lines_.push_back("refused " + std::to_string(status));
    refused_ = true;
  }
  void readHead(std::string_view& input) {
    const auto state = scanner_.feed(input);
    if (state == HeadScanner::State::Refused) return refuse(scanner_.status());
    if (state == HeadScanner::State::More) return;
    ASSERT(scanner_.head().size() <= limits_.head_bytes + 4);
    auto head = parseHead(scanner_.head());
    scanner_.reset();
    if (!head) return refuse(head.error().status);
    line_ = std::string(methodName(head->request.method)) + " " + head->request.target;
    for (const auto& segment : head->request.path) {
      ASSERT(segment != "..");
      line_ += "|" + segment;
    }
    for (const auto& [name, value] : head->request.headers) line_ += "\n" + name + ":" + value;
    ASSERT(!(head->chunked && head->content_length > 0));
    if (!head->hasBody()) return lines_.push_back(line_);
    if (head->content_length > kBody) return refuse(413);
    in_body_ = true;
    head->chunked ? body_.startChunked(limits_, kBody) : body_.startLength(head->content_length, kBody);
  }
  void readBody(std::string_view& input) {
    const auto state = body_.feed(input);
    ASSERT(body_.size() <= kBody);
    if (state == BodyReader::State::Refused) return refuse(body_.status());
    if (state == BodyReader::State::More) return;
    lines_.push_back(line_ + "\n" + body_.take());
    in_body_ = false;
  }

  Limits limits_{};
  HeadScanner scanner_{limits_};
  BodyReader body_;
  std::string line_;
  std::vector<std::string> lines_;
  bool in_body_ = false;
  bool refused_ = false;
};

std::vector<std::string> readIn(std::string_view bytes, std::size_t piece) {
  Reading reading;
  for (std::size_t at = 0; at < bytes.size(); at += piece) reading.feed(bytes.substr(at, piece));
  return reading.lines();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = readIn(bytes, size + 1);
  ASSERT(whole == readIn(bytes, 1));
  ASSERT(whole == readIn(bytes, 13));
  return 0;
}
