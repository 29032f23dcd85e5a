#pragma once

#include <string>
#include <vector>

namespace kith {

/// A page of docs/reference/ that is made from the tables of the code. A test says that it is as made.
struct ReferencePage {
  std::string file;  // "options.md"
  std::string text;
};
std::vector<ReferencePage> referencePages();

}  // namespace kith
