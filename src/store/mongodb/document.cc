#include "store/mongodb/document.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace kith::store::mongodb {
namespace {

constexpr std::uint64_t kLast = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

int sizeOf(std::string_view text) {
  ASSERT(text.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(text.size());
}

bool find(const bson_t* bson, const char* key, bson_iter_t& at) {
  return bson_iter_init_find(&at, bson, key);
}

}  // namespace

Document& Document::text(const char* key, std::string_view value) {
  ASSERT(bson_append_utf8(raw(), key, -1, value.data() == nullptr ? "" : value.data(), sizeOf(value)));
  return *this;
}

Document& Document::number(const char* key, std::int64_t value) {
  ASSERT(bson_append_int64(raw(), key, -1, value));
  return *this;
}

Document& Document::number(const char* key, Offset value) {
  return number(key, static_cast<std::int64_t>(std::min<std::uint64_t>(value, kLast)));
}

Document& Document::flag(const char* key, bool value) {
  ASSERT(bson_append_bool(raw(), key, -1, value));
  return *this;
}

Document& Document::bytes(const char* key, std::string_view value) {
  ASSERT(bson_append_binary(raw(), key, -1, BSON_SUBTYPE_BINARY,
                            reinterpret_cast<const std::uint8_t*>(value.data()),
                            static_cast<std::uint32_t>(sizeOf(value))));
  return *this;
}

Document& Document::document(const char* key, const Document& value) {
  ASSERT(bson_append_document(raw(), key, -1, &value.bson()));
  return *this;
}

Document& Document::texts(const char* key, const std::vector<std::string>& values) {
  Document array;
  for (std::size_t i = 0; i < values.size(); ++i) array.text(std::to_string(i).c_str(), values[i]);
  ASSERT(bson_append_array(raw(), key, -1, &array.bson()));
  return *this;
}

Document& Document::documents(const char* key, const std::vector<Document>& values) {
  Document array;
  for (std::size_t i = 0; i < values.size(); ++i) array.document(std::to_string(i).c_str(), values[i]);
  ASSERT(bson_append_array(raw(), key, -1, &array.bson()));
  return *this;
}

Document& Document::among(const char* key, const std::vector<std::string>& values) {
  return document(key, Document().texts("$in", values));
}

Document& Document::above(const char* key, std::string_view value) {
  return document(key, Document().text("$gt", value));
}

Document& Document::above(const char* key, std::int64_t value) {
  return document(key, Document().number("$gt", value));
}

Document& Document::between(const char* key, std::int64_t first, std::int64_t last) {
  return document(key, Document().number("$gte", first).number("$lte", last));
}

bool View::has(const char* key) const {
  bson_iter_t at;
  return find(bson_, key, at);
}

std::string View::text(const char* key) const {
  bson_iter_t at;
  if (!find(bson_, key, at) || !BSON_ITER_HOLDS_UTF8(&at)) return {};
  std::uint32_t size = 0;
  const char* chars = bson_iter_utf8(&at, &size);
  return {chars, size};
}

std::int64_t View::number(const char* key) const {
  bson_iter_t at;
  return find(bson_, key, at) ? bson_iter_as_int64(&at) : 0;
}

Offset View::offset(const char* key) const {
  return static_cast<Offset>(number(key));
}

bool View::flag(const char* key) const {
  bson_iter_t at;
  return find(bson_, key, at) && bson_iter_as_bool(&at);
}

std::string View::bytes(const char* key) const {
  bson_iter_t at;
  if (!find(bson_, key, at) || !BSON_ITER_HOLDS_BINARY(&at)) return {};
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_binary(&at, nullptr, &size, &data);
  return {reinterpret_cast<const char*>(data), size};
}

std::vector<std::string> View::texts(const char* key) const {
  std::vector<std::string> values;
  bson_iter_t at;
  bson_iter_t one;
  if (!find(bson_, key, at) || !BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &one)) return values;
  while (bson_iter_next(&one)) {
    if (!BSON_ITER_HOLDS_UTF8(&one)) continue;
    std::uint32_t size = 0;
    const char* chars = bson_iter_utf8(&one, &size);
    values.emplace_back(chars, size);
  }
  return values;
}

std::optional<Document> View::document(const char* key) const {
  bson_iter_t at;
  bson_t inner;
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  if (!find(bson_, key, at) || !BSON_ITER_HOLDS_DOCUMENT(&at)) return std::nullopt;
  bson_iter_document(&at, &size, &data);
  if (!bson_init_static(&inner, data, size)) return std::nullopt;
  return Document(inner);
}

std::vector<Document> View::documents(const char* key) const {
  std::vector<Document> values;
  bson_iter_t at;
  bson_iter_t one;
  if (!find(bson_, key, at) || !BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &one)) return values;
  while (bson_iter_next(&one)) {
    bson_t inner;
    std::uint32_t size = 0;
    const std::uint8_t* data = nullptr;
    if (!BSON_ITER_HOLDS_DOCUMENT(&one)) continue;
    bson_iter_document(&one, &size, &data);
    if (bson_init_static(&inner, data, size)) values.emplace_back(inner);
  }
  return values;
}

}  // namespace kith::store::mongodb
