#include "http/server.h"

#include <gmock/gmock.h>

#include <future>

#include "http/server_test_fixture.h"

namespace kith::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Handler says(std::string text) {
  return [text](Request, Responder to) { to.answer(Response::of(200, "text/plain", text)); };
}

using ServerTest = ServerFixture;

TEST_F(ServerTest, AnswersPipelinedRequestsOneAfterTheOtherInOrder) {
  std::vector<std::string> order;  // Only the loop touches it until the client has its answers.
  router.add(Method::Get, "/slow", [&](Request, Responder to) {
    order.push_back("slow asked");
    loop.after(Milliseconds(30), [&order, to] {
      order.push_back("slow answered");
      to.answer(Response::of(200, "text/plain", "slow"));
    });
  });
  router.add(Method::Get, "/fast", [&](Request, Responder to) {
    order.push_back("fast asked");
    to.answer(Response::of(200, "text/plain", "fast"));
  });
  start();

  const auto answers =
      ask("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_LT(answers.find("slow"), answers.find("fast"));
  EXPECT_THAT(order, ElementsAre("slow asked", "slow answered", "fast asked"));
}

TEST_F(ServerTest, AThousandPipelinedRequestsAreAllAnswered) {
  router.add(Method::Get, "/", says("x"));
  start();
  std::string requests;
  for (int i = 0; i < 999; ++i) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  EXPECT_EQ(
      countOf(ask(requests + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), "HTTP/1.1 200 OK"),
      1000U);
}

TEST_F(ServerTest, HeadHasTheLengthOfGetAndNoBody) {
  router.add(Method::Get, "/", says("hello"));
  start();

  const auto answer = ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, AWrongMethodIsToldWhichOnesAreRight) {
  router.add(Method::Get, "/x", says("x"));
  router.add(Method::Put, "/x", says("x"));
  start();

  EXPECT_THAT(ask("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("\r\nAllow: GET, HEAD, PUT\r\n"));
}

TEST_F(ServerTest, AnswersCarryTheHeadersOfTheOptionsAndNoServerField) {
  router.add(Method::Get, "/", [](Request, Responder to) {
    to.answer(Response::of(200, "text/plain", "x").with("x-frame-options", "SAMEORIGIN"));
  });
  ServerOptions options;
  options.headers = {{"X-Frame-Options", "DENY"}, {"X-Content-Type-Options", "nosniff"}};
  options.decorate = [](const Request* request, Response& response) {
    response.with("X-Seen", request != nullptr ? request->route : "none");
  };
  start(std::move(options));

  const auto good = ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto bad = ask("nonsense\r\n\r\n");

  EXPECT_THAT(good, HasSubstr("x-frame-options: SAMEORIGIN"));
  EXPECT_THAT(good, Not(HasSubstr("DENY")));
  EXPECT_THAT(good, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(good, HasSubstr("X-Seen: /"));
  EXPECT_THAT(good, Not(HasSubstr("Server:")));
  EXPECT_THAT(bad, HasSubstr("X-Frame-Options: DENY"));
  EXPECT_THAT(bad, HasSubstr("X-Seen: none"));
}

TEST_F(ServerTest, WhatIsAnsweredBeforeItsBodyCameEndsTheConnection) {
  start();
  RawClient client(port);
  client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");

  const auto answer = client.read();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, AWaitingBodyIsAskedForWithContinue) {
  router.add(Method::Post, "/",
             [](Request request, Responder to) { to.answer(Response::of(200, "text/plain", request.body)); });
  start();
  RawClient client(port);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  client.end();

  EXPECT_THAT(client.read(), testing::EndsWith("ok"));
}

TEST_F(ServerTest, ARefusedBodyIsNotAskedFor) {
  router.add(Method::Post, "/", says("x"), {.body_bytes_max = 1});
  start();

  EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, AnsweringTwiceOrAfterTheClientHasGoneDoesNothing) {
  std::promise<Responder> first;
  router.add(Method::Get, "/", [&](Request, Responder to) {
    to.answer(Response::of(200, "text/plain", "one"));
    to.answer(Response::of(200, "text/plain", "two"));
  });
  router.add(Method::Get, "/late", [&](Request, Responder to) { first.set_value(to); });
  start();
  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("two")));

  {
    RawClient client(port);
    client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
    const Responder late = first.get_future().get();
    std::promise<bool> waiting;
    loop.post([&] {
      server.reset();
      late.answer(Response::of(200, "text/plain", "late"));
      waiting.set_value(late.isWaiting());
    });
    EXPECT_FALSE(waiting.get_future().get());
    EXPECT_EQ(client.read(), "");
  }
}

TEST_F(ServerTest, AWebSocketRequestIsHandedOverWithWhatLiesBehindTheHead) {
  struct Echo final : ConnectionHandler {
    std::unique_ptr<Connection> connection;
    void onBytes(std::span<char> bytes) override {
      connection->send(FrameRef::own("later:" + std::string(bytes.data(), bytes.size())), FrameKind::Entry);
    }
    void onClosed(CloseReason) override {}
  };
  auto echo = std::make_unique<Echo>();
  router.addUpgrade(
      "/ws/{name}", [&](Request request, std::unique_ptr<Connection> connection, std::string rest) {
        echo->connection = std::move(connection);
        echo->connection->send(
            FrameRef::own("hello " + std::string(request.param("name")) + ", rest:" + rest + ";"),
            FrameKind::Entry);
        echo->connection->setHandler(echo.get());
      });
  start();
  RawClient client(port);
  client.send(
      "GET /ws/ann HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
      "WebSocket\r\n\r\nfirst");
  EXPECT_EQ(client.read(";"), "hello ann, rest:first;");
  client.send("second");
  EXPECT_EQ(client.read("second"), "later:second");

  EXPECT_THAT(ask("GET /ws/ann HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 426 "));
  std::promise<std::size_t> left;
  loop.post([&] {
    echo.reset();
    left.set_value(server->connections());
  });
  EXPECT_LE(left.get_future().get(), 1U) << "the WebSocket is no longer the server's";
}

TEST_F(ServerTest, ALargeAnswerArrivesWholeAtASlowReader) {
  const std::string large(3'000'000, 'x');
  router.add(Method::Get, "/", says(large));
  start();

  const auto answer = ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size());
}

TEST_F(ServerTest, ALastAnswerIsNotCutOffWhileItsReaderMakesProgress) {
  const std::string large(8'000'000, 'x');
  router.add(Method::Get, "/", says(large));
  ServerOptions options;
  options.limits.linger_time = Milliseconds(20);
  start(std::move(options));
  RawClient client(port);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::promise<void> later;
  loop.post([&] { loop.after(Milliseconds(100), [&] { later.set_value(); }); });
  later.get_future().get();  // Long after the linger time he begins to read.

  const auto answer = client.read();

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size());
}

TEST_F(ServerTest, AHeadThatIsTooSlowIsTimedOut) {
  ServerOptions options;
  options.limits.head_time = Milliseconds(50);
  start(std::move(options));
  RawClient slow(port);
  slow.send("GET / HT");
  RawClient silent(port);

  EXPECT_THAT(slow.read(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(silent.read(), "") << "who says nothing is told nothing";
}

TEST_F(ServerTest, ABodyBelowTheRateIsTimedOutAndOneAboveItIsNot) {
  router.add(Method::Post, "/", says("x"));
  ServerOptions options;
  options.limits.body_check = Milliseconds(50);
  options.limits.body_bytes_per_check = 10;
  start(std::move(options));
  RawClient slow(port);
  slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n123456789");

  EXPECT_THAT(slow.read(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, AnIdleConnectionIsClosedSilently) {
  router.add(Method::Get, "/", says("x"));
  ServerOptions options;
  options.limits.idle_time = Milliseconds(50);
  start(std::move(options));
  RawClient client(port);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(countOf(client.read(), "HTTP/1.1 "), 1U);
}

TEST_F(ServerTest, ARequestThatNobodyAnswersGetsAnAnswerInTime) {
  router.add(Method::Get, "/", [](Request, Responder) {});
  ServerOptions options;
  options.limits.answer_time = Milliseconds(50);
  start(std::move(options));

  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, StoppingClosesIdleConnectionsAtOnceAndOthersAfterTheirAnswer) {
  std::promise<Responder> asked;
  router.add(Method::Get, "/", says("x"));
  router.add(Method::Get, "/late", [&](Request, Responder to) { asked.set_value(to); });
  start();
  RawClient idle(port);
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read("\r\n\r\nx");
  RawClient busy(port);
  busy.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  const Responder late = asked.get_future().get();
  std::promise<void> stopped;
  loop.post([&] { server->stop([&] { stopped.set_value(); }); });
  EXPECT_EQ(idle.read(), "");
  loop.post([&] { late.answer(Response::of(200, "text/plain", "late")); });

  const auto answer = busy.read();
  busy.end();
  stopped.get_future().get();

  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, testing::EndsWith("late"));
}

}  // namespace
}  // namespace kith::http
