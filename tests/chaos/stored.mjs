// The store as another program reads it: every log from entry 1 with its running numbers, and the rows beside it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../system/lib/states.mjs';

const look = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.row_factory = sqlite3.Row
db.execute("BEGIN")
rows = lambda what: [dict(row) for row in db.execute(what)]
print(json.dumps({
  "entries": rows("SELECT s.name AS scope, offset, at, type, actor, nonce, ref_seq AS seq, ref_user AS user, data, messages, members"
                  " FROM entries JOIN scopes s ON s.key = entries.scope ORDER BY s.name, offset"),
  "members": rows("SELECT 'room:' || room AS scope, user, role, state, join_offset FROM room_members"
                  " UNION ALL SELECT 'group:' || grp, user, role, state, join_offset FROM group_members ORDER BY 1, 2"),
  "ended": [row[0] for row in db.execute("SELECT 'room:' || id FROM rooms WHERE deleted_at <> 0"
                  " UNION ALL SELECT 'group:' || id FROM groups WHERE deleted_at <> 0")],
  "requests": rows("SELECT id, grp AS 'group', user, state FROM join_requests ORDER BY id"),
  "tasks": [row[0] for row in db.execute("SELECT key FROM tasks WHERE kind <> 'room.purge' ORDER BY key")],
}))
`;

/** {logs: scope -> entries, members: scope -> rows, ended: scopes, requests, tasks} as of one moment. */
export function stored(folder) {
  const asked = spawnSync('python3', ['-c', look, join(folder, 'kith.db')], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  assert.equal(asked.status, 0, asked.stderr);
  const { entries, members, ended, ...rest } = JSON.parse(asked.stdout);
  const by = (list) => list.reduce((map, one) => map.set(one.scope, [...(map.get(one.scope) ?? []), one]), new Map());
  const logs = new Map();
  for (const { data, ...entry } of entries) {
    if (!logs.has(entry.scope)) logs.set(entry.scope, []);
    logs.get(entry.scope).push({ ...entry, data: JSON.parse(data) });
  }
  return { logs, members: by(members), ended: new Set(ended), ...rest };
}

/** As of a moment at which nothing is left to do. */
export const settled = (folder) => eventually(() => stored(folder), (now) => now.tasks.length === 0, 'no task is left');

/** Who is in a place by its rows. */
export const membersIn = (now, scope) => (now.members.get(scope) ?? []).filter((row) => row.state === 'member').map((row) => row.user);

const wrong = (scope, what, entry) => assert.fail(`${scope}: ${what}: ${JSON.stringify(entry)}`);

// From entry 1: no hole, both running numbers as counted, time never falls. Returns who is inside, with the join's offset.
function recount(scope, log) {
  const inside = new Map();
  let [messages, at] = [0, 0];
  log.forEach((entry, i) => {
    if (entry.offset !== i + 1) wrong(scope, `not offset ${i + 1}`, entry);
    if (entry.at < at) wrong(scope, `earlier than ${at}`, entry);
    at = entry.at;
    if (entry.type === 'message.created') messages += 1;
    if (entry.type === 'member.joined') {
      if (inside.has(entry.user)) wrong(scope, 'joined twice', entry);
      inside.set(entry.user, entry.offset);
    }
    if (entry.type === 'member.left' && !inside.delete(entry.user)) wrong(scope, 'left without having joined', entry);
    if (entry.type === 'message.created' && !inside.has(entry.actor)) wrong(scope, 'a message of one who is not in', entry);
    if (entry.messages !== messages || entry.members !== inside.size) wrong(scope, `not ${messages} messages and ${inside.size} members`, entry);
  });
  return inside;
}

/** Fails unless every log agrees with its own recount and with the rows. */
export function mustAgree(now) {
  for (const [scope, log] of now.logs) {
    const inside = recount(scope, log);
    if (!/^(room|group):/.test(scope)) continue;
    const rows = (now.members.get(scope) ?? []).filter((row) => row.state === 'member');
    if (now.ended.has(scope)) inside.clear();  // its members go with it, without an entry each
    assert.deepEqual(rows.map((row) => [row.user, row.join_offset]), [...inside].sort(), scope);
  }
}
