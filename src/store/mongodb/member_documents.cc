#include "store/mongodb/member_documents.h"

#include <unordered_map>

#include "store/mongodb/schema.h"

namespace kith::store::mongodb {

Result<std::vector<std::string>> placesOf(Session& session, const char* collection, const char* place,
                                          const UserId& user) {
  Document his;
  his.text("user", user.text()).text("state", stateName(MemberState::Member));
  std::vector<std::string> places;
  auto rows = session.find(collection, his);
  while (TRY(rows.next())) places.push_back(rows.row().text(place));
  return places;
}

Result<std::vector<std::string>> displayNames(Session& session, const std::vector<UserId>& users) {
  std::vector<std::string> ids;
  ids.reserve(users.size());
  for (const auto& user : users) ids.push_back(user.text());
  std::unordered_map<std::string, std::string> names;
  TRY(eachOf(session, kUsers, ids,
             [&](const View& row) { names.emplace(row.text("_id"), row.text("display_name")); }));
  std::vector<std::string> found;
  found.reserve(users.size());
  for (const auto& id : ids) {
    const auto name = names.find(id);
    found.push_back(name == names.end() ? std::string() : name->second);
  }
  return found;
}

}  // namespace kith::store::mongodb
