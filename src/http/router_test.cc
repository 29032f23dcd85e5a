#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/head_parser.h"
#include "http/static_files.h"
#include "http/target.h"

namespace kith::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

class RouterTest : public testing::Test {
 protected:
  void add(Method method, const std::string& pattern) {
    router.add(method, pattern, [](Request, Responder) {});
  }
  std::string patternFor(Method method, std::string_view path) {
    match = router.find(method, parseTarget(path)->path);
    return match.route != nullptr ? match.route->pattern : "";
  }
  Router router;
  Router::Match match;
};

TEST_F(RouterTest, GivesThePartsOfThePathByName) {
  add(Method::Get, "/api/v1/rooms/{room}/messages/{seq}");

  EXPECT_EQ(patternFor(Method::Get, "/api/v1/rooms/a%20b/messages/7"), "/api/v1/rooms/{room}/messages/{seq}");
  EXPECT_THAT(match.params, ElementsAre(Pair("room", "a b"), Pair("seq", "7")));
}

TEST_F(RouterTest, ALiteralSegmentComesBeforeAParameterButDoesNotHideIt) {
  add(Method::Get, "/rooms/{room}");
  add(Method::Get, "/rooms/mine");
  add(Method::Delete, "/rooms/{room}");
  add(Method::Get, "/rooms/{room}/x");

  EXPECT_EQ(patternFor(Method::Get, "/rooms/mine"), "/rooms/mine");
  EXPECT_EQ(patternFor(Method::Get, "/rooms/other"), "/rooms/{room}");
  EXPECT_EQ(patternFor(Method::Delete, "/rooms/mine"), "/rooms/{room}");
  EXPECT_EQ(patternFor(Method::Get, "/rooms/mine/x"), "/rooms/{room}/x");
}

TEST_F(RouterTest, SlashesAreExactAndAParameterIsNeverEmpty) {
  add(Method::Get, "/rooms/{room}");

  EXPECT_EQ(patternFor(Method::Get, "/rooms/"), "");
  EXPECT_EQ(patternFor(Method::Get, "/rooms/a/"), "");
  EXPECT_EQ(patternFor(Method::Get, "//rooms/a"), "");
  EXPECT_EQ(match.allow, "");
}

TEST_F(RouterTest, AnEscapedSlashIsPartOfItsSegment) {
  add(Method::Get, "/files/{name}");

  EXPECT_EQ(patternFor(Method::Get, "/files/a%2fb"), "/files/{name}");
  EXPECT_THAT(match.params, ElementsAre(Pair("name", "a/b")));
}

TEST_F(RouterTest, HeadGoesWhereGetDoesAndAWrongMethodLearnsWhatIsAllowed) {
  add(Method::Get, "/x");
  add(Method::Post, "/x");

  EXPECT_EQ(patternFor(Method::Head, "/x"), "/x");
  EXPECT_EQ(patternFor(Method::Put, "/x"), "");
  EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

TEST_F(RouterTest, TheFallbackTakesOnlyGetAndHeadOfUnknownPaths) {
  add(Method::Post, "/x");
  router.setFallback([](Request, Responder) {});

  patternFor(Method::Get, "/y");
  EXPECT_NE(match.route, nullptr);
  patternFor(Method::Post, "/y");
  EXPECT_EQ(match.route, nullptr);
  patternFor(Method::Get, "/x");
  EXPECT_EQ(match.route, nullptr) << "a known path with another method is 405";
}

class StaticFilesTest : public testing::Test {
 protected:
  static Request get(std::string_view path, Fields headers = {}) {
    Request request;
    request.target = path;
    request.path = parseTarget(path)->path;
    request.headers = std::move(headers);
    return request;
  }
  static std::string fieldOf(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  const std::vector<EmbeddedFile> table{
      {.path = "/index.html", .type = "text/html", .etag = "\"i1\"", .identity = "<page>"},
      {.path = "/assets/app.js",
       .type = "text/javascript",
       .etag = "\"a1\"",
       .identity = "identity",
       .gzip = "gzip",
       .br = "br",
       .caching = Caching::Immutable},
  };
  const StaticFiles files{table, {"/rooms/{room}", "/login"}};
};

TEST_F(StaticFilesTest, ChoosesTheSmallestFormThatTheClientTakes) {
  const auto body = [&](std::string accept) {
    return std::string(files.find(get("/assets/app.js", {{"accept-encoding", std::move(accept)}}))->bytes());
  };
  EXPECT_EQ(body("gzip, deflate, br"), "br");
  EXPECT_EQ(body("gzip;q=1.0, br;q=0"), "gzip");
  EXPECT_EQ(body("GZIP"), "gzip");
  EXPECT_EQ(body("gzip;q=0.000, br; q=0.0"), "identity");
  EXPECT_EQ(body("br;q=0.5"), "br");
  EXPECT_EQ(body(""), "identity");
  EXPECT_EQ(body("brotli"), "identity");
}

TEST_F(StaticFilesTest, AnUnchangedFileIsNotSentAgainAndEachFormHasItsOwnTag) {
  const auto first = files.find(get("/assets/app.js", {{"accept-encoding", "br"}}));
  EXPECT_EQ(fieldOf(*first, "ETag"), "\"a1-br\"");
  EXPECT_EQ(fieldOf(*first, "Vary"), "Accept-Encoding");
  EXPECT_EQ(fieldOf(*first, "Cache-Control"), "public, max-age=31536000, immutable");

  const auto again =
      files.find(get("/assets/app.js", {{"accept-encoding", "br"}, {"if-none-match", "\"x\", W/\"a1-br\""}}));
  EXPECT_EQ(again->status, 304);
  EXPECT_EQ(again->bytes(), "");
  const auto other = files.find(get("/assets/app.js", {{"if-none-match", "\"a1-br\""}}));
  EXPECT_EQ(other->status, 200);
}

TEST_F(StaticFilesTest, RoutesOfThePageGetThePageAndNothingElseDoes) {
  EXPECT_EQ(files.find(get("/"))->bytes(), "<page>");
  EXPECT_EQ(files.find(get("/rooms/general"))->bytes(), "<page>");
  EXPECT_EQ(files.find(get("/login"))->bytes(), "<page>");
  EXPECT_EQ(fieldOf(*files.find(get("/login")), "Cache-Control"), "no-cache");
  EXPECT_FALSE(files.find(get("/rooms/")));
  EXPECT_FALSE(files.find(get("/rooms/a/b")));
  EXPECT_FALSE(files.find(get("/assets/other.js")));
  EXPECT_FALSE(files.find(get("/assets")));
}

}  // namespace
}  // namespace kith::http
