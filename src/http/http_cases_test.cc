// The cases of RFC 9112 that a server must get right, each whole, byte by byte, and followed by a
// second request: answered after a good one, never after a bad one.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "http/server_test_fixture.h"

namespace kith::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Case {
  std::string name;
  std::string request;
  int status = 200;
  std::string body{};  // of a good one's answer
};

std::string fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "X-" + std::to_string(i) + ": v\r\n";
  return text;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string kPost = "POST /echo HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kSecond = "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

std::vector<Case> goodCases() {
  return {
      {"plain get", kGet + "\r\n", 200, "root"},
      {"field names in any case", "GET / HTTP/1.1\r\nhOST: a\r\n\r\n", 200, "root"},
      {"white space around a value", "GET / HTTP/1.1\r\nHost: \t a \t\r\n\r\n", 200, "root"},
      {"no white space before a value", "GET / HTTP/1.1\r\nHost:a\r\n\r\n", 200, "root"},
      {"empty value", kGet + "X-Empty:\r\n\r\n", 200, "root"},
      {"eight-bit characters in a value", kGet + "X-Name: caf\xC3\xA9\r\n\r\n", 200, "root"},
      {"all token characters in a name", kGet + "!#$%&'*+-.^`|~0aZ: v\r\n\r\n", 200, "root"},
      {"one empty line before the request", "\r\n" + kGet + "\r\n", 200, "root"},
      {"host with port", "GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", 200, "root"},
      {"host is an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, "root"},
      {"absolute form", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 200, "root"},
      {"absolute form without a path", "GET http://A HTTP/1.1\r\nHost: a\r\n\r\n", 200, "root"},
      {"absolute form with port and query", "GET https://a:1/q?x=1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 200,
       "x=1;"},
      {"escaped path", "GET /names/caf%C3%A9%2Fx HTTP/1.1\r\nHost: a\r\n\r\n", 200, "caf\xC3\xA9/x"},
      {"query with escapes and plus", "GET /q?a=1+2&b=%26&c&=d HTTP/1.1\r\nHost: a\r\n\r\n", 200,
       "a=1 2;b=&;c=;=d;"},
      {"options of the whole server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204},
      {"options of a path", "OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n", 204},
      {"unknown path", "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, "Not Found\n"},
      {"known path, other method", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Method Not Allowed\n"},
      {"head", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
      {"put", "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nput", 200, "put"},
      {"patch", "PATCH /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\npatch", 200, "patch"},
      {"post with a length", kPost + "Content-Length: 5\r\n\r\nhello", 200, "hello"},
      {"post with length 0", kPost + "Content-Length: 0\r\n\r\n", 200, ""},
      {"length with leading zeros", kPost + "Content-Length: 0005\r\n\r\nhello", 200, "hello"},
      {"post without a length has no body", kPost + "\r\n", 200, ""},
      {"a body that looks like a request", kPost + "Content-Length: 15\r\n\r\nGET / HTTP/1.1\r", 200,
       "GET / HTTP/1.1\r"},
      {"chunks", kChunked + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 200, "hello!"},
      {"chunked in any case", kPost + "Transfer-Encoding: ChUnKeD\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, "abc"},
      {"chunk size in capitals, with zeros", kChunked + "000000000000000A\r\n0123456789\r\n0\r\n\r\n", 200,
       "0123456789"},
      {"chunk extensions", kChunked + "3;name=value;x=\"y z\"\r\nabc\r\n0;last\r\n\r\n", 200, "abc"},
      {"last chunk of many zeros", kChunked + "0000000000000000\r\n\r\n", 200, ""},
      {"a chunk that looks like the end", kChunked + "5\r\n0\r\n\r\n\r\n0\r\n\r\n", 200, "0\r\n\r\n"},
      {"upgrade to h2c is ignored",
       kGet + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n", 200,
       "root"},
      {"upgrade without connection is ignored", kGet + "Upgrade: websocket\r\n\r\n", 200, "root"},
      {"a hundred fields", "GET / HTTP/1.1\r\nHost: a\r\n" + fields(99) + "\r\n", 200, "root"},
      {"a field line of 8 KiB", kGet + "X: " + std::string(8189, 'x') + "\r\n\r\n", 200, "root"},
      {"a request line of 8 KiB", "GET /q?" + std::string(8176, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 200,
       std::string(8176, 'x') + "=;"},
      {"a head of 16 KiB",
       kGet + "X: " + std::string(8000, 'x') + "\r\nY: " + std::string(8340, 'y').substr(0, 8100) +
           "\r\n\r\n",
       200, "root"},
      {"HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "root"},
      {"the second Content-Type field", kGet + "Accept: a\r\nAccept: b\r\n\r\n", 200, "root"},
  };
}

std::vector<Case> badCases() {
  const std::string end = "\r\n\r\n";
  return {
      // The request line.
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"no version", "GET / \r\nHost: a" + end, 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a" + end, 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a" + end, 505},
      {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: a" + end, 400},
      {"http in lower case", "GET / http/1.1\r\nHost: a" + end, 400},
      {"PRI of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"RTSP", "OPTIONS * RTSP/1.0\r\nCSeq: 1" + end, 400},
      {"ICE", "SOURCE /x ICE/1.0\r\nHost: a" + end, 400},
      {"method CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a" + end, 501},
      {"method TRACE", "TRACE / HTTP/1.1\r\nHost: a" + end, 501},
      {"method M-SEARCH", "M-SEARCH * HTTP/1.1\r\nHost: a" + end, 501},
      {"method SOURCE", "SOURCE / HTTP/1.1\r\nHost: a" + end, 501},
      {"method in lower case", "get / HTTP/1.1\r\nHost: a" + end, 501},
      {"method of no token", "G@T / HTTP/1.1\r\nHost: a" + end, 400},
      {"two spaces after the method", "GET  / HTTP/1.1\r\nHost: a" + end, 400},
      {"two spaces before the version", "GET /  HTTP/1.1\r\nHost: a" + end, 400},
      {"space at the end of the line", "GET / HTTP/1.1 \r\nHost: a" + end, 400},
      {"tab in the line", "GET\t/ HTTP/1.1\r\nHost: a" + end, 400},
      {"space before the method", " GET / HTTP/1.1\r\nHost: a" + end, 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: a" + end, 400},
      {"bare CR in the request line", "GET / HTTP/1.1\rX\r\nHost: a" + end, 400},
      {"two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a" + end, 400},
      {"NUL in the target", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28), 400},
      {"eight-bit target", "GET /\xC3\xA9 HTTP/1.1\r\nHost: a" + end, 400},
      {"fragment in the target", "GET /#x HTTP/1.1\r\nHost: a" + end, 400},
      {"star for GET", "GET * HTTP/1.1\r\nHost: a" + end, 400},
      {"target without a slash", "GET x HTTP/1.1\r\nHost: a" + end, 400},
      {"absolute form with user", "GET http://u@a/ HTTP/1.1\r\nHost: a" + end, 400},
      {"absolute form of another host", "GET http://b/ HTTP/1.1\r\nHost: a" + end, 400},
      {"absolute form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a" + end, 400},
      {"dots in the path", "GET /a/../b HTTP/1.1\r\nHost: a" + end, 400},
      {"escaped dots in the path", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a" + end, 400},
      {"escaped NUL", "GET /names/%00 HTTP/1.1\r\nHost: a" + end, 400},
      {"escaped line break in the path", "GET /names/%0d%0a HTTP/1.1\r\nHost: a" + end, 400},
      {"broken escape", "GET /names/%4 HTTP/1.1\r\nHost: a" + end, 400},
      {"escape of no hex", "GET /names/%zz HTTP/1.1\r\nHost: a" + end, 400},
      {"escapes that are no UTF-8", "GET /names/%ff HTTP/1.1\r\nHost: a" + end, 400},
      {"query that is no UTF-8", "GET /q?a=%c3 HTTP/1.1\r\nHost: a" + end, 400},
      {"request line above 8 KiB", "GET /" + std::string(8179, 'x') + " HTTP/1.1\r\nHost: a" + end, 414},
      // Fields.
      {"no Host", "GET / HTTP/1.1" + end, 400},
      {"empty Host", "GET / HTTP/1.1\r\nHost:" + end, 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a" + end, 400},
      {"Host with a list", "GET / HTTP/1.1\r\nHost: a, b" + end, 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b" + end, 400},
      {"Host with a user", "GET / HTTP/1.1\r\nHost: u@a" + end, 400},
      {"Host with a bad port", "GET / HTTP/1.1\r\nHost: a:80x" + end, 400},
      {"Host with a port above 65535", "GET / HTTP/1.1\r\nHost: a:65536" + end, 400},
      {"Host with a broken address", "GET / HTTP/1.1\r\nHost: [::1" + end, 400},
      {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b" + end, 400},
      {"folded line", kGet + "X: a\r\n b" + end, 400},
      {"folded line with a tab", kGet + "X: a\r\n\tb" + end, 400},
      {"white space before the first field", "GET / HTTP/1.1\r\n Host: a" + end, 400},
      {"fold inside Transfer-Encoding", kPost + "Transfer-Encoding:\r\n chunked" + end + "0\r\n\r\n", 400},
      {"space before the colon", kGet + "X : a" + end, 400},
      {"space in a name", kGet + "X Y: a" + end, 400},
      {"empty name", kGet + ": a" + end, 400},
      {"no colon", kGet + "nonsense" + end, 400},
      {"underscore in a name", kPost + "Transfer_Encoding: chunked" + end, 400},
      {"eight-bit name", kGet + "X\xC3\xA9: a" + end, 400},
      {"bare LF in the fields", kGet + "X: a\nY: b" + end, 400},
      {"bare CR in a value", kGet + "X: a\rY: b" + end, 400},
      {"bare CR as the end of the head", kGet + "X: a\r\r\n", 400},
      {"bare LF as the empty line", kGet + "\n", 400},
      {"CR CR LF", kGet + "X: a\r\r\n\r\n", 400},
      {"NUL in a value", kGet + std::string("X: a\0b", 6) + end, 400},
      {"control character in a value", kGet + "X: a\x01" + end, 400},
      {"delete in a value", kGet + "X: a\x7F" + end, 400},
      {"a hundred and one fields", kGet + fields(100) + "\r\n", 431},
      {"field line above 8 KiB", kGet + "X: " + std::string(8190, 'x') + end, 431},
      {"head above 16 KiB", kGet + repeated("X: " + std::string(1000, 'x') + "\r\n", 17) + "\r\n", 431},
      {"fields without end", kGet + repeated("X: " + std::string(100, 'x') + "\r\n", 300), 431},
      {"unknown expectation", kPost + "Expect: magic\r\nContent-Length: 1" + end + "x", 417},
      // Where the body ends.
      {"length and chunked", kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked" + end + "0\r\n\r\n",
       400},
      {"chunked and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5" + end + "0\r\n\r\n",
       400},
      {"two lengths", kPost + "Content-Length: 5\r\nContent-Length: 6" + end + "hello", 400},
      {"two equal lengths", kPost + "Content-Length: 5\r\nContent-Length: 5" + end + "hello", 400},
      {"list of lengths", kPost + "Content-Length: 5, 5" + end + "hello", 400},
      {"length with a sign", kPost + "Content-Length: +5" + end + "hello", 400},
      {"negative length", kPost + "Content-Length: -5" + end + "hello", 400},
      {"length in hex", kPost + "Content-Length: 0x5" + end + "hello", 400},
      {"length with a space inside", kPost + "Content-Length: 5 5" + end + "hello", 400},
      {"empty length", kPost + "Content-Length:" + end + "hello", 400},
      {"length with a fraction", kPost + "Content-Length: 5.0" + end + "hello", 400},
      {"length of 2^64", kPost + "Content-Length: 18446744073709551616" + end + "hello", 400},
      {"length above the route's limit", kPost + "Content-Length: 65537" + end, 413},
      {"huge length", kPost + "Content-Length: 999999999999999999" + end, 413},
      {"gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked" + end + "0\r\n\r\n", 400},
      {"identity, chunked", kPost + "Transfer-Encoding: identity, chunked" + end + "0\r\n\r\n", 400},
      {"comma before chunked", kPost + "Transfer-Encoding: ,chunked" + end + "0\r\n\r\n", 400},
      {"chunked, chunked", kPost + "Transfer-Encoding: chunked, chunked" + end + "0\r\n\r\n", 400},
      {"chunked, identity", kPost + "Transfer-Encoding: chunked, identity" + end + "0\r\n\r\n", 400},
      {"chunked twice",
       kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + end + "0\r\n\r\n", 400},
      {"empty Transfer-Encoding", kPost + "Transfer-Encoding:" + end, 400},
      {"empty Transfer-Encoding beside a length",
       kPost + "Transfer-Encoding:\r\nContent-Length: 5" + end + "hello", 400},
      {"xchunked", kPost + "Transfer-Encoding: xchunked" + end + "0\r\n\r\n", 400},
      {"chunked with a parameter", kPost + "Transfer-Encoding: chunked;q=1" + end + "0\r\n\r\n", 400},
      {"quoted chunked", kPost + "Transfer-Encoding: \"chunked\"" + end + "0\r\n\r\n", 400},
      {"chunked behind a vertical tab",
       kPost +
           "Transfer-Encoding: \x0B"
           "chunked" +
           end + "0\r\n\r\n",
       400},
      {"chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked" + end + "0\r\n\r\n", 400},
      // Chunks.
      {"chunk size of no hex", kChunked + "g\r\n", 400},
      {"empty chunk size", kChunked + "\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size with a sign", kChunked + "+3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size with 0x", kChunked + "0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"space after the chunk size", kChunked + "3 \r\nabc\r\n0\r\n\r\n", 400},
      {"space before the chunk size", kChunked + " 3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size with 40 zeros", kChunked + std::string(40, '0') + "3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size of 2^64", kChunked + "10000000000000000\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size of 2^64-1", kChunked + "ffffffffffffffff\r\nabc\r\n0\r\n\r\n", 413},
      {"chunks above the route's limit", kChunked + repeated("400\r\n" + std::string(1024, 'x') + "\r\n", 65),
       413},
      {"bare LF after the chunk size", kChunked + "3\nabc\r\n0\r\n\r\n", 400},
      {"bare CR after the chunk size", kChunked + "3\rabc\r\n0\r\n\r\n", 400},
      {"chunk longer than its size", kChunked + "3\r\nabcd\r\n0\r\n\r\n", 400},
      {"chunk without its CRLF", kChunked + "3\r\nabc0\r\n\r\n", 400},
      {"bare LF after a chunk", kChunked + "3\r\nabc\n0\r\n\r\n", 400},
      {"bare LF in a chunk extension", kChunked + "3;a\nb\r\nabc\r\n0\r\n\r\n", 400},
      {"bare CR in a chunk extension", kChunked + "3;a\rb\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk extensions above 256 bytes", kChunked + "3;" + std::string(300, 'x') + "\r\nabc\r\n0\r\n\r\n",
       400},
      {"small chunk extensions, many", kChunked + repeated("1;abcdefgh\r\nx\r\n", 40) + "0\r\n\r\n", 400},
      {"a trailer", kChunked + "3\r\nabc\r\n0\r\nX: a\r\n\r\n", 400},
      {"Content-Length in a trailer", kChunked + "3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n", 400},
      {"bare LF as the end of the last chunk", kChunked + "3\r\nabc\r\n0\r\n\n", 400},
      // Upgrade.
      {"upgrade with a body",
       kGet + "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3" + end + "abc", 400},
      {"upgrade with chunks",
       kGet + "Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked" + end, 400},
      {"upgrade by POST", kPost + "Connection: upgrade\r\nUpgrade: websocket" + end, 400},
  };
}

class HttpCases : public ServerFixture {
 protected:
  void SetUp() override {
    router.add(Method::Get, "/",
               [](Request, Responder to) { to.answer(Response::of(200, "text/plain", "root")); });
    router.add(Method::Get, "/second",
               [](Request, Responder to) { to.answer(Response::of(200, "text/plain", "SECOND")); });
    router.add(Method::Get, "/names/{name}", [](Request request, Responder to) {
      to.answer(Response::of(200, "text/plain", std::string(request.param("name"))));
    });
    router.add(Method::Get, "/q", [](Request request, Responder to) {
      std::string text;
      for (const auto& [name, value] : request.query) text += name + "=" + value + ";";
      to.answer(Response::of(200, "text/plain", text));
    });
    for (const Method method : {Method::Post, Method::Put, Method::Patch}) {
      router.add(method, "/echo", [](Request request, Responder to) {
        to.answer(Response::of(200, "text/plain", request.body));
      });
    }
    start();
  }

  static void expectGood(const Case& one, const std::string& answers) {
    EXPECT_THAT(answers, StartsWith("HTTP/1.1 " + std::to_string(one.status) + " ")) << one.name;
    const std::size_t body = answers.find("\r\n\r\n");
    ASSERT_NE(body, std::string::npos) << one.name;
    EXPECT_THAT(answers.substr(body + 4), StartsWith(one.body + "HTTP/1.1 200 OK\r\n")) << one.name;
    EXPECT_EQ(countOf(answers, "HTTP/1.1 "), 2U) << one.name;
    EXPECT_THAT(answers, testing::EndsWith("SECOND")) << one.name;
  }
  static void expectBad(const Case& one, const std::string& answers) {
    EXPECT_THAT(answers, StartsWith("HTTP/1.1 " + std::to_string(one.status) + " ")) << one.name;
    EXPECT_THAT(answers, HasSubstr("\r\nConnection: close\r\n")) << one.name;
    EXPECT_EQ(countOf(answers, "HTTP/1.1 "), 1U) << one.name;
    EXPECT_THAT(answers, Not(HasSubstr("SECOND"))) << one.name;
    EXPECT_THAT(answers, Not(HasSubstr("<no end>"))) << one.name;
  }
};

TEST_F(HttpCases, GoodRequestsAreAnsweredAndSoIsTheOneBehindThem) {
  const auto cases = goodCases();
  EXPECT_GE(cases.size(), 33U);
  for (const Case& one : cases) {
    RawClient client(port);
    client.send(one.request + kSecond);
    expectGood(one, client.read());
  }
}

TEST_F(HttpCases, GoodRequestsAreAnsweredWhenTheyComeByteByByte) {
  for (const Case& one : goodCases()) {
    RawClient client(port);
    client.sendByteByByte(one.request + kSecond);
    expectGood(one, client.read());
  }
}

TEST_F(HttpCases, BadRequestsAreRefusedOnceAndNothingBehindThemIsAnswered) {
  const auto cases = badCases();
  EXPECT_GE(cases.size(), 60U);
  for (const Case& one : cases) {
    RawClient client(port);
    client.send(one.request + kSecond + kSecond);
    expectBad(one, client.read());
  }
}

TEST_F(HttpCases, BadRequestsAreRefusedOnceWhenTheyComeByteByByte) {
  for (const Case& one : badCases()) {
    RawClient client(port);
    client.sendByteByByte(one.request + kSecond);
    expectBad(one, client.read());
  }
}

TEST_F(HttpCases, BadRequestsAreRefusedBeforeAnythingBehindThemHasCome) {
  for (const Case& one : badCases()) {
    RawClient client(port);
    client.send(one.request);
    expectBad(one, client.read());
  }
}

TEST_F(HttpCases, AHeadSplitAtEveryByteIsReadTheSameWay) {
  const std::string request = kPost + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    RawClient client(port);
    client.send(request.substr(0, cut));
    client.send(request.substr(cut) + kSecond);
    expectGood({"cut at " + std::to_string(cut), "", 200, "hello"}, client.read());
  }
}

}  // namespace
}  // namespace kith::http
