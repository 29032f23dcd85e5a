// The reference says which fields answers and events have. Here they are looked at.
#include "service/shapes.h"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>

#include "eventlog/envelope.h"
#include "service/places_test_fixture.h"

namespace kith {
namespace {

using simdjson::dom::element;

struct ShapeField {
  std::string object;
  bool required = true;
  bool list = false;
};
using Shape = std::map<std::string, ShapeField>;

std::string_view fieldsOf(const std::string& object) {
  for (const auto& shape : objectShapes()) {
    if (shape.name == object) return shape.fields;
  }
  ADD_FAILURE() << "there is no object " << object;
  return {};
}

Shape shapeOf(std::string_view fields) {
  Shape shape;
  for (std::size_t begin = 0; begin < fields.size();) {
    const auto end = std::min(fields.find(", ", begin), fields.size());
    std::string name(fields.substr(begin, end - begin));
    begin = end + 2;
    if (name.front() == '+') {
      shape.merge(shapeOf(fieldsOf(name.substr(1))));
      continue;
    }
    ShapeField field;
    if (const auto colon = name.find(": "); colon != name.npos) {
      field.object = name.substr(colon + 2);
      name.resize(colon);
    }
    if (name.ends_with("?")) {
      field.required = false;
      name.pop_back();
    }
    if (name.ends_with("[]")) {
      field.list = true;
      name.resize(name.size() - 2);
    }
    shape.emplace(name, field);
  }
  return shape;
}

void expectShape(const element& value, std::string_view fields) {
  const auto shape = shapeOf(fields);
  simdjson::dom::object object;
  ASSERT_EQ(value.get(object), simdjson::SUCCESS);
  std::set<std::string> there;
  for (const auto& [key, inner] : object) {
    const std::string name(key);
    there.insert(name);
    SCOPED_TRACE(name);
    const auto known = shape.find(name);
    ASSERT_NE(known, shape.end()) << "is not in the reference";
    EXPECT_EQ(known->second.list, inner.is_array());
    if (known->second.object.empty()) continue;
    const auto inside = fieldsOf(known->second.object);
    if (!known->second.list) {
      expectShape(inner, inside);
      continue;
    }
    for (const auto item : simdjson::dom::array(inner)) expectShape(item, inside);
  }
  for (const auto& [name, field] : shape)
    EXPECT_TRUE(!field.required || there.contains(name)) << name << " is missing";
}

void expectShape(const std::string& json, const std::string& fields) {
  SCOPED_TRACE(json);
  simdjson::dom::parser parser;
  element value;
  ASSERT_EQ(parser.parse(json).get(value), simdjson::SUCCESS);
  expectShape(value, fields);
}

class ShapesTest : public PlacesTest {
 protected:
  std::string act(const std::string& who, std::string_view method, const std::string& json) {
    SCOPED_TRACE(method);
    ran.emplace(method);
    auto answer = done(who, method, json);
    expectShape(answer, std::string(operationOf(method)->answer));
    return answer;
  }
  static std::string kindOf(const Scope& scope) { return scope.name().substr(0, scope.name().find(':')); }
  void expectEntries(const Scope& scope) {
    const auto log = read([&](store::Reader& reader) { return reader.entries(scope, 0, 1000, {}); });
    EXPECT_FALSE(log.empty()) << scope.name();
    for (const auto& logged : log) {
      const auto& shape = entryShapes()[static_cast<std::size_t>(logged.entry.type)];
      SCOPED_TRACE(scope.name());
      EXPECT_EQ(shape.name, entryTypeName(logged.entry.type));
      EXPECT_NE((", " + std::string(shape.scopes)).find(", " + kindOf(scope)), std::string::npos);
      expectShape(renderEntry(logged), std::string(kEntryFields) + ", " + std::string(shape.fields));
      seen.emplace(shape.name);
    }
  }
  void groupsAreJoinedAndLeft();
  void messagesAreWritten();
  void presenceIsAsked();

  std::set<std::string> ran;
  std::set<std::string> seen;
  std::string group, room, own;
};

void ShapesTest::groupsAreJoinedAndLeft() {
  group =
      addedGroupOf(act("ann", "group.create", object({{"name", "Club"}, {"nonce", "made"}}))).first.text();
  own = roomOfJson(act("ann", "room.create", object({{"name", "Lobby"}, {"nonce", "made-too"}}))).text();
  room = roomOfJson(act("ann", "room.create", object({{"name", "Shed"}, {"group", group}}))).text();
  act("ann", "group.update", R"({"group":")" + group + R"(","default_rooms":[")" + room + R"("]})");
  act("bob", "group.join", object({{"group", group}, {"nonce", "in"}}));
  act("bob", "group.join", object({{"group", group}, {"nonce", "in"}}));
  act("ann", "group.update", object({{"group", group}, {"join_mode", "approval"}}));
  for (const std::string who : {"cid", "dan", "eve"}) {
    const auto asked = requestOfJson(act(who, "group.join", object({{"group", group}}))).text();
    act("ann", "group.requests", object({{"group", group}}));
    const auto request = object({{"group", group}, {"request", asked}, {"reason", "so it is"}});
    if (who == "cid") act("ann", "group.approve", request);
    if (who == "dan") act("ann", "group.reject", request);
    if (who == "eve") act("eve", "group.cancel", request);
  }
  act("bob", "group.get", object({{"group", group}}));
  act("bob", "group.list", "{}");
  act("bob", "group.members", object({{"group", group}}));
  act("bob", "room.list", object({{"group", group}}));
  act("bob", "room.get", object({{"room", room}}));
  act("bob", "room.members", object({{"room", room}}));
  act("ann", "room.update", object({{"room", room}, {"topic", "Tools"}}));
  act("ann", "room.archive", object({{"room", room}}));
  act("ann", "room.unarchive", object({{"room", room}}));
  act("ann", "room.kick", object({{"room", room}, {"user", "cid"}, {"reason", "noise"}}));
  act("cid", "group.leave", object({{"group", group}}));
  act("bob", "room.join", object({{"room", own}}));
  act("bob", "room.leave", object({{"room", own}}));
  act("bob", "room.join", object({{"room", own}}));
}

void ShapesTest::messagesAreWritten() {
  const auto in = [&](const std::string& more) { return R"({"room":")" + own + R"(",)" + more + "}"; };
  const auto seq = [&](const std::string& sent) { return sent.substr(7, sent.find(',') - 7); };
  const auto first = seq(act("bob", "chat.send", in(R"("text":"one","nonce":"n1")")));
  act("bob", "chat.send", in(R"("text":"one","nonce":"n1")"));
  const auto second = seq(act("ann", "chat.send", in(R"("text":"two","reply_to":)" + first)));
  act("bob", "chat.edit", in(R"("text":"one!","seq":)" + first));
  act("bob", "chat.edit", in(R"("text":"one!","seq":)" + first));
  act("bob", "chat.edits", in(R"("seq":)" + first));
  act("bob", "chat.get", in(R"("seq":)" + second));
  act("bob", "chat.delete", in(R"("reason":"typo","seq":)" + first));
  act("bob", "chat.get", in(R"("seq":)" + second));
  act("bob", "chat.history", in(R"("limit":10)"));
  act("bob", "chat.typing", in(R"("on":true)"));
}

void ShapesTest::presenceIsAsked() {
  online.connected(UserId::trusted("bob"), ConnectionId::trusted("c"));
  while (done("ann", "presence.user", object({{"user", "bob"}})).find("online") == std::string::npos) {
  }
  act("ann", "presence.room", object({{"room", own}}));
  act("ann", "presence.group", object({{"group", group}}));
  act("ann", "presence.count", object({{"group", group}}));
  act("ann", "presence.user", object({{"user", "bob"}}));
  act("root", "presence.all", "{}");
  act("root", "presence.cleanup", object({{"room", own}}));
  act("root", "presence.setTTL", R"({"group":")" + group + R"(","seconds":60})");
}

TEST_F(ShapesTest, AnswersAndEntriesHaveTheFieldsOfTheReference) {
  groupsAreJoinedAndLeft();
  messagesAreWritten();
  presenceIsAsked();
  act("ann", "room.delete", object({{"room", room}}));
  act("ann", "group.kick", object({{"group", group}, {"user", "bob"}, {"reason", "noise"}}));
  act("ann", "group.delete", object({{"group", group}}));
  for (const auto& operation : operations()) EXPECT_TRUE(ran.contains(std::string(operation.method)));

  for (const char* who : {"ann", "bob", "cid", "dan", "eve"}) expectEntries(Scope::of(UserId::trusted(who)));
  for (const auto& id : {room, own, group}) expectEntries(Scope::of(RoomId::trusted(id)));
  expectEntries(Scope::of(GroupId::trusted(group)));
  expectEntries(Scope::staffOf(GroupId::trusted(group)));
  seen.emplace("sessions.revoked");  // of accounts, which are not here
  for (const auto& shape : entryShapes()) EXPECT_TRUE(seen.contains(std::string(shape.name))) << shape.name;
}

TEST_F(ShapesTest, SignalsHaveTheFieldsOfTheReference) {
  std::map<std::string, std::string> said;
  const auto hear = [&](const std::string& type) {
    return [&said, type](const Scope&, SharedBytes data) { said[type] = *data; };
  };
  TypingIndicator own_typing{loop, clock, presence, hear("typing"), /*read_names=*/{}};
  const auto place = Scope::of(RoomId::trusted("a"));
  own_typing.broadcastTyping(own_typing.take(place.room(), caller("ann"), TypingIndicator::State::On));
  const auto memberships = [&](const UserId&, Callback<void(Result<Memberships>)> answer) {
    answer(Memberships{{"e", 1}, {place}});
  };
  OnlineStatusService own_status{{loop, clock, presence, memberships, hear("presence"),
                                  [](const Scope&, const std::vector<JoinLeave>&, Task) {}}};
  own_status.connected(UserId::trusted("ann"), ConnectionId::trusted("c"));
  loop.advance(std::chrono::seconds(2));
  for (const auto& shape : signalShapes()) {
    expectShape(said[std::string(shape.name)], std::string(kSignalFields) + ", " + std::string(shape.fields));
  }
}

}  // namespace
}  // namespace kith
