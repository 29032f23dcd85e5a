#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith {

/// Writes JSON by appending to one string: the hot path of every reply and publication.
///
/// The caller keeps the order (key before value, begin before end); commas are put by the writer.
/// Strings must be valid UTF-8, which is checked where text enters. No floats: the wire has none.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& beginObject() { return open('{'); }
  JsonWriter& endObject() { return close('}'); }
  JsonWriter& beginArray() { return open('['); }
  JsonWriter& endArray() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// Valid JSON, put in as it is but for raw CR and LF, which would break line framing.
  JsonWriter& raw(std::string_view json);

  JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, std::int64_t value) { return key(name).number(value); }
  JsonWriter& field(std::string_view name, std::uint64_t value) { return key(name).number(value); }
  JsonWriter& flag(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void comma();

  std::string& out_;
  bool first_ = true;
};

void appendJsonString(std::string& out, std::string_view text);

}  // namespace kith
