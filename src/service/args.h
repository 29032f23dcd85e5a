#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/fault.h"
#include "model/id.h"
#include "model/scope.h"

namespace kith {

/// What a field of a request may be. Each has its limits in one place (args.cc), so that RPC, REST
/// and the reference say the same.
enum class FieldType {
  RoomId,
  GroupId,
  UserId,
  RequestId,
  Seq,          // 1 and up
  Seqs,         // a list of 1 to 100
  MessageText,  // limit of the server's options
  RoomName,     // of a group too
  Topic,
  Description,
  Slug,
  JoinMode,  // "open" or "approval"
  Capacity,  // members at most; 0: no limit
  Query,     // part of a name
  RoomIds,   // a list of at most 10
  Reason,
  Nonce,
  Format,  // "plain" or "markdown"
  Boolean,
  OnlineTtl,  // seconds
  Limit,      // page size
  Cursor,     // opaque, from an earlier page
};

struct Field {
  std::string_view name;
  FieldType type;
  enum class Need { Required, Optional } need = Need::Required;
  std::string_view text{};  // for the reference, where name and type do not say it
};

/// Sizes of what comes from outside (options of the server; code points unless said).
struct InputLimits {
  std::size_t message_text_max = 4000;
  std::size_t message_bytes_max = 16 * 1024;
  std::size_t room_name_max = 64;
  std::size_t topic_max = 1024;
  std::size_t description_max = 2000;
  std::size_t slug_max = 64;
  std::int64_t capacity_max = 1'000'000;
  std::size_t default_rooms_max = 10;
  std::size_t seqs_max = 100;
  std::size_t reason_max = 500;
  std::size_t nonce_bytes_max = 64;
  std::int64_t page_max = 200;
  std::int64_t online_ttl_min_s = 60;
  std::int64_t online_ttl_max_s = 7 * 24 * 60 * 60;
};

/// The checked fields of one request: normal forms, right types, within their limits.
class Args {
 public:
  /// Reads a JSON object by the table. Unknown fields are ignored; of doubled ones the first counts.
  /// A fault names the field and says what is allowed.
  static Result<Args> parse(const std::vector<Field>& fields, const InputLimits& limits,
                            std::string_view json);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The text of a required field, or empty where an optional one is missing.
  const std::string& text(std::string_view name) const;
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;
  /// Ascending.
  std::vector<Offset> seqs(std::string_view name) const;
  Offset seq(std::string_view name) const { return static_cast<Offset>(number(name, 0)); }
  bool flag(std::string_view name, bool otherwise) const;
  RoomId room(std::string_view name = "room") const { return RoomId::trusted(text(name)); }
  UserId user(std::string_view name = "user") const { return UserId::trusted(text(name)); }
  GroupId group(std::string_view name = "group") const { return GroupId::trusted(text(name)); }
  /// The room or group that a request speaks of where it may be either.
  Scope place() const { return has("group") ? Scope::of(group()) : Scope::of(room()); }
  std::vector<RoomId> rooms(std::string_view name) const;

 private:
  using Value = std::variant<std::string, std::int64_t, bool>;  // of a list: its items, a space between two
  const Value* find(std::string_view name) const;
  std::vector<std::pair<std::string_view, Value>> values_;
};

/// What a field may be: "an integer from 1 to 200". The reference says it, and so does a fault.
std::string allowedOf(FieldType type, const InputLimits& limits);

/// For REST: how a type looks in JSON ("string", "integer", "boolean").
std::string_view jsonTypeOf(FieldType type);

}  // namespace kith
