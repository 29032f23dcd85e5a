// What groups and rooms must do, as plainly as it can be said: each act is answered, and gives entries in logs.
// An answer is 'ok', 'unchanged' or the name of the refusal; a log is a list of "type actor subject".
export class Model {
  constructor() {
    this.groups = new Map();  // id -> {owner, mode, capacity, members, defaults, gone, requests}
    this.rooms = new Map();   // id -> {group, owner, members, left, archived, gone, messages, main}
    this.logs = new Map();
  }

  write(scope, type, actor, subject = '') {
    if (!this.logs.has(scope)) this.logs.set(scope, []);
    return this.logs.get(scope).push(`${type} ${actor} ${subject}`);
  }

  roomsOf(id) { return [...this.rooms.values()].filter((room) => room.group === id && !room.gone); }

  enter(room, user, actor) {
    room.members.add(user);
    room.left.delete(user);
    this.write(`room:${room.id}`, 'member.joined', actor, user);
    this.write(`user:${user}`, 'room.added', actor, room.id);
  }

  exit(room, user, actor, cause) {
    room.members.delete(user);
    room.left.add(user);
    if (room.owner === user) room.owner = undefined;
    this.write(`room:${room.id}`, 'member.left', actor, `${user} ${cause}`);
    this.write(`user:${user}`, 'room.removed', actor, `${room.id} ${cause}`);
  }

  addRoom(actor, id, group, main = false) {
    const room = { id, group, owner: actor, members: new Set(), left: new Set(), archived: false, gone: false, messages: new Map(), main };
    this.rooms.set(id, room);
    this.enter(room, actor, actor);
  }

  // Groups.
  createGroup(actor, id, { mode, capacity }) {
    this.groups.set(id, { id, owner: actor, mode, capacity, members: new Set([actor]), left: new Set(), defaults: [], gone: false, requests: new Map() });
    this.write(`group:${id}`, 'member.joined', actor, actor);
    this.write(`user:${actor}`, 'group.added', actor, id);
    this.addRoom(actor, id, id, true);
    return 'ok';
  }

  /** Why somebody may not act for the group. */
  notStaff(group, actor) {
    if (group.gone) return 'not_found';
    if (!group.members.has(actor)) return 'not_member';
    return group.owner === actor ? undefined : 'permission_denied';
  }

  updateGroup(actor, id, { mode, defaults }) {
    const group = this.groups.get(id);
    const refused = this.notStaff(group, actor);
    if (refused) return refused;
    if (mode === group.mode && String(defaults) === String(group.defaults)) return 'unchanged';
    Object.assign(group, { mode, defaults });
    this.write(`group:${id}`, 'group.updated', actor);
    return 'ok';
  }

  letIn(group, user, actor) {
    group.members.add(user);
    group.left.delete(user);
    this.write(`group:${group.id}`, 'member.joined', actor, user);
    this.write(`user:${user}`, 'group.added', actor, group.id);
    this.enter(this.rooms.get(group.id), user, actor);
    for (const id of group.defaults) {
      const room = this.rooms.get(id);
      if (!room.gone && !room.archived && !room.members.has(user)) this.enter(room, user, user);
    }
  }

  isFull(group) { return group.capacity > 0 && group.members.size >= group.capacity; }

  settle(group, user, actor, state) {
    const request = [...group.requests.values()].find((one) => one.user === user && one.state === 'pending');
    if (request === undefined) return false;
    request.state = state;
    const [staff, own] = { approved: ['join.decided', 'join.approved'], rejected: ['join.decided', 'join.rejected'], cancelled: ['join.closed', 'join.closed'] }[state];
    this.write(`staff:group:${group.id}`, staff, actor, user);
    this.write(`user:${user}`, own, actor, user);
    return true;
  }

  joinGroup(actor, id, requestId) {
    const group = this.groups.get(id);
    if (group.gone) return 'not_found';
    if (group.members.has(actor)) return 'unchanged';
    if (group.mode === 'approval') {
      if ([...group.requests.values()].some((one) => one.user === actor && one.state === 'pending')) return 'already';
      group.asked = (request) => { group.requests.set(request, { user: actor, state: 'pending' }); };
      if (requestId !== undefined) group.asked(requestId);
      this.write(`staff:group:${id}`, 'join.requested', actor, actor);
      this.write(`user:${actor}`, 'join.pending', actor, actor);
      return 'ok';
    }
    if (this.isFull(group)) return 'full';
    this.letIn(group, actor, actor);
    this.settle(group, actor, actor, 'cancelled');
    return 'ok';
  }

  decide(actor, id, requestId, state) {
    const group = this.groups.get(id);
    const request = group.requests.get(requestId);
    if (state === 'cancelled') {
      if (group.gone || request.user !== actor) return 'not_found';
    } else {
      const refused = this.notStaff(group, actor);
      if (refused) return refused;
    }
    if (request.state === 'approved' && state === 'approved') return 'unchanged';
    if (request.state !== 'pending') return 'request_not_pending';
    if (state === 'approved' && this.isFull(group)) return 'full';
    this.settle(group, request.user, actor, state);
    if (state === 'approved') this.letIn(group, request.user, actor);
    return 'ok';
  }

  putOut(group, user, actor, cause) {
    for (const room of this.roomsOf(group.id)) {
      if (room.members.has(user)) this.exit(room, user, actor, room.main && cause === 'kicked' ? cause : 'group_left');
    }
    group.members.delete(user);
    group.left.add(user);
    this.write(`group:${group.id}`, 'member.left', actor, `${user} ${cause}`);
    this.write(`user:${user}`, 'group.removed', actor, `${group.id} ${cause}`);
  }

  leaveGroup(actor, id) {
    const group = this.groups.get(id);
    if (group.gone) return 'not_found';
    if (!group.members.has(actor)) return group.left.has(actor) ? 'unchanged' : 'not_member';
    if (group.owner === actor) return 'last_owner';
    this.putOut(group, actor, actor, 'left');
    return 'ok';
  }

  kickFromGroup(actor, id, user) {
    const group = this.groups.get(id);
    const refused = this.notStaff(group, actor);
    if (refused) return refused;
    if (!group.members.has(user)) return 'not_found';
    if (group.owner === user) return 'higher_role';
    this.putOut(group, user, actor, 'kicked');
    return 'ok';
  }

  deleteGroup(actor, id) {
    const group = this.groups.get(id);
    const refused = this.notStaff(group, actor);
    if (refused) return refused;
    this.write(`group:${id}`, 'group.deleted', actor);
    for (const user of new Set([...group.requests.values()].map((one) => one.user))) this.settle(group, user, actor, 'cancelled');
    for (const room of this.roomsOf(id)) this.endRoom(room, actor);
    for (const user of group.members) this.write(`user:${user}`, 'group.removed', actor, `${id} deleted`);
    group.members.clear();
    group.gone = true;
    return 'ok';
  }

  // Rooms.
  endRoom(room, actor) {
    this.write(`room:${room.id}`, 'room.deleted', actor);
    for (const user of room.members) this.write(`user:${user}`, 'room.removed', actor, `${room.id} deleted`);
    room.members.clear();
    room.gone = true;
  }

  sees(room, user) { return !room.gone && (room.group === undefined || this.groups.get(room.group).members.has(user)); }
  owns(room, user) { return room.owner === user || (room.group !== undefined && this.groups.get(room.group).owner === user); }

  notOwner(room, actor) {
    if (!this.sees(room, actor)) return 'not_found';
    if (this.owns(room, actor)) return undefined;
    return room.members.has(actor) ? 'permission_denied' : 'not_member';
  }

  notInside(room, actor) {
    if (!this.sees(room, actor)) return 'not_found';
    return room.members.has(actor) ? undefined : 'not_member';
  }

  createRoom(actor, id, group) {
    if (this.mayNotCreate(actor, group)) return this.mayNotCreate(actor, group);
    if (group !== undefined) this.write(`group:${group}`, 'room.created', actor, id);
    this.addRoom(actor, id, group);
    return 'ok';
  }

  mayNotCreate(actor, id) {
    const group = this.groups.get(id);
    if (group === undefined) return undefined;
    if (group.gone) return 'not_found';
    return group.members.has(actor) ? undefined : 'not_member';
  }

  joinRoom(actor, id) {
    const room = this.rooms.get(id);
    if (!this.sees(room, actor)) return 'not_found';
    if (room.members.has(actor)) return 'unchanged';
    if (room.archived) return 'archived';
    this.enter(room, actor, actor);
    return 'ok';
  }

  leaveRoom(actor, id) {
    const room = this.rooms.get(id);
    if (this.sees(room, actor) && room.left.has(actor)) return 'unchanged';
    const refused = this.notInside(room, actor);
    if (refused) return refused;
    if (room.main) return 'permission_denied';
    const owner = room.owner === actor;
    if (owner && room.members.size > 1) return 'last_owner';
    this.exit(room, actor, actor, 'left');
    if (owner && !room.archived) this.inBoth(room, 'room.archived', actor);
    if (owner) room.archived = true;
    return 'ok';
  }

  kickFromRoom(actor, id, user) {
    const room = this.rooms.get(id);
    const refused = this.notOwner(room, actor);
    if (refused) return refused;
    if (room.main) return 'permission_denied';
    if (!room.members.has(user)) return 'not_found';
    if (this.owns(room, user)) return 'higher_role';
    this.exit(room, user, actor, 'kicked');
    return 'ok';
  }

  archive(actor, id, archived) {
    const room = this.rooms.get(id);
    const refused = this.notOwner(room, actor);
    if (refused) return refused;
    if (room.main && archived) return 'permission_denied';  // it lives as long as its group
    if (room.archived === archived) return 'unchanged';
    room.archived = archived;
    this.inBoth(room, 'room.archived', actor);
    return 'ok';
  }

  deleteRoom(actor, id) {
    const room = this.rooms.get(id);
    if (!this.sees(room, actor)) return 'not_found';
    if (room.main) return 'permission_denied';
    const refused = this.notOwner(room, actor);
    if (refused) return refused;
    const group = this.groups.get(room.group);
    if (group !== undefined) this.write(`group:${group.id}`, 'room.deleted', actor, id);
    if (group?.defaults.includes(id)) {
      group.defaults = group.defaults.filter((one) => one !== id);
      this.write(`group:${group.id}`, 'group.updated', actor);
    }
    this.endRoom(room, actor);
    return 'ok';
  }

  inBoth(room, type, actor) {
    this.write(`room:${room.id}`, type, actor);
    if (room.group !== undefined) this.write(`group:${room.group}`, type, actor, room.id);
  }

  // Messages.
  send(actor, id, text) {
    const room = this.rooms.get(id);
    const refused = this.notInside(room, actor);
    if (refused) return refused;
    if (room.archived) return 'archived';
    const seq = this.write(`room:${id}`, 'message.created', actor);
    room.messages.set(seq, { author: actor, text, deleted: false });
    return 'ok';
  }

  type(actor, id) {
    const room = this.rooms.get(id);
    return this.notInside(room, actor) ?? (room.archived ? 'archived' : 'ok');
  }

  edit(actor, id, seq, text) {
    const room = this.rooms.get(id);
    const message = room.messages.get(seq);
    const refused = this.notInside(room, actor);
    if (refused) return refused;
    if (room.archived) return 'archived';
    if (message.author !== actor) return 'permission_denied';
    if (message.deleted) return 'not_found';
    if (message.text === text) return 'unchanged';
    message.text = text;
    this.write(`room:${id}`, 'message.edited', actor, seq);
    return 'ok';
  }

  deleteMessage(actor, id, seq) {
    const room = this.rooms.get(id);
    const message = room.messages.get(seq);
    const refused = this.notInside(room, actor);
    if (refused) return refused;
    if (message.author !== actor) {
      if (!this.owns(room, actor)) return 'permission_denied';
      const ranked = room.owner === message.author || (room.group !== undefined && this.groups.get(room.group).owner === message.author);
      if (ranked) return 'higher_role';
    }
    if (message.deleted) return 'unchanged';
    message.deleted = true;
    this.write(`room:${id}`, 'message.deleted', actor, seq);
    return 'ok';
  }
}
