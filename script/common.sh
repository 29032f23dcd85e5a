# Shared by the scripts beside it; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
tools=$root/build/tools
# A Node of our own comes before the system's where bootstrap had to bring one.
[ -x "$tools/node/bin/node" ] && export PATH="$tools/node/bin:$PATH"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# Parallel compile jobs: one per core, and in sanitizer builds one per 2 GB of memory.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 2000000) + 1}' /proc/meminfo)
  echo $((cores < memory ? cores : memory))
}

# Configures and builds targets of a preset: build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  local folder=$root/build/$preset
  if [ ! -f "$folder/build.ninja" ]; then
    say "Configuring the $preset build"
    cmake --preset "$preset" >"$root/build/$preset.configure.log" 2>&1 || {
      cat "$root/build/$preset.configure.log" >&2
      return 1
    }
  fi
  say "Building $preset${*:+: $*} with $(jobs) jobs"
  NINJA_STATUS='[%f/%t, %es] ' ninja -C "$folder" -j "$(jobs)" "$@" >&2
}
