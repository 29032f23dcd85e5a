# Brings and starts a MongoDB server for tests and trials; sourced after common.sh, not run.
# Which server: a mongod and its shell on PATH, else SecantusDB (a server in Python that speaks the same protocol, with transactions
# and unique indexes) in build/tools, brought when first needed.

secantus_version=0.7.0b3

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until something listens on the port of the server with this process id: listens PORT PID
listens() {
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    kill -0 "$2" 2>/dev/null || return 1
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  return 1
}

# Starts the server that this command is. In a session of its own: Ctrl+C comes to the script, which ends it last.
serve() {
  mongodb_command=$*
  setsid "$@" >"$folder/log" 2>&1 </dev/null &
  mongodb_server=$!
}

begin_mongod() {
  local folder=$1 kind=$2 shell=$3 port set=()
  port=$(free_port)
  [ "$kind" = standalone ] || set=(--replSet kith)
  serve mongod --bind_ip 127.0.0.1 --port "$port" --dbpath "$folder" "${set[@]}"
  listens "$port" "$mongodb_server" || return 1
  mongodb_uri="mongodb://127.0.0.1:$port/"
  mongodb_name=$(mongod --version | head -1)
  [ "$kind" = standalone ] && return 0
  "$shell" --quiet --port "$port" --eval "rs.initiate({_id: 'kith', members: [{_id: 0, host: '127.0.0.1:$port'}]}); while (!db.hello().isWritablePrimary) sleep(100)" >/dev/null || return 1
  mongodb_uri+='?replicaSet=kith'
}

bring_secantus() {
  [ -x "$tools/secantus/bin/secantusd-py" ] && return 0
  say "Bringing SecantusDB $secantus_version, the MongoDB server for tests"
  mkdir -p "$tools"
  rm -rf "$tools/secantus"
  python3 -m venv "$tools/secantus" && "$tools/secantus/bin/pip" install --quiet "secantusdb==$secantus_version" &&
    [ -x "$tools/secantus/bin/secantusd-py" ]
}

begin_secantus() {
  local folder=$1 kind=$2 port alone=()
  # One at a time: two tests may come here at once.
  mkdir -p "$root/build"
  (
    flock 9
    bring_secantus
  ) 9>"$root/build/mongodb.lock" >&2 || return 1
  port=$(free_port)
  [ "$kind" = standalone ] && alone=(--standalone)
  serve "$tools/secantus/bin/secantusd-py" --host 127.0.0.1 --port "$port" --storage-path "$folder/data" --sync-on-commit --cache-size 128M \
    --enable-test-commands "${alone[@]}"
  listens "$port" "$mongodb_server" || { cat "$folder/log" >&2; return 1; }
  mongodb_uri="mongodb://127.0.0.1:$port/"
  [ "$kind" = standalone ] || mongodb_uri+='?replicaSet=secantus'
  mongodb_name="SecantusDB $secantus_version"
}

# Starts one that keeps its data in a folder: begin_mongodb FOLDER replica-set|standalone
# Then mongodb_server is its process id, mongodb_command what started it, mongodb_uri its address, mongodb_name what it is.
begin_mongodb() {
  local shell
  mongodb_server=
  shell=$(command -v mongosh || command -v mongo || true)
  if [ -n "$shell" ] && command -v mongod >/dev/null; then begin_mongod "$@" "$shell"; else begin_secantus "$@"; fi
}
