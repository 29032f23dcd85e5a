// Reads what strace saw of the calls that write, sync and send: in order, with their bytes.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const storage = ['openat', 'close', 'pwrite64', 'write', 'ftruncate', 'fdatasync', 'fsync', 'unlink', 'rename', 'mkdir'];

/** The command that starts a server with all its storing and sending written to `file`. */
export const traced = (file) => ['strace', '-f', '-qq', '-xx', '-s', '131072', '-o', file, '-e', `trace=${[...storage, 'sendmsg', 'sendto', 'writev'].join(',')}`];

function bytesOf(hex) {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

const quoted = (text) => [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) => bytesOf(match[1]));

/**
 * Yields {call, phase, fd, …} in the order of the kernel's stops. Phases: 'begin' and 'end' of each call; both at
 * once for a call nothing came between. Only successful ends are told, with `result`.
 */
export async function* calls(file) {
  const open = new Map();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1'), crlfDelay: Infinity })) {
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/s.exec(line);
    if (resumed !== null) {
      const begun = open.get(resumed[1]);
      open.delete(resumed[1]);
      if (begun === undefined) continue;
      const end = finish(begun.call, begun.text + resumed[3]);
      if (end !== undefined) yield { ...end, phase: 'end', of: begun };
      continue;
    }
    const match = /^(\d+) +(\w+)\((.*)$/s.exec(line);
    if (match === null) continue;
    const [, thread, call, rest] = match;
    const unfinished = rest.endsWith('<unfinished ...>');
    const text = unfinished ? rest.slice(0, -' <unfinished ...>'.length) : rest;
    const begin = { call, text, phase: 'begin', fd: Number.parseInt(text, 10), parts: () => quoted(text) };
    yield begin;
    if (unfinished) {
      open.set(thread, begin);
      continue;
    }
    const end = finish(call, text);
    if (end !== undefined) yield { ...end, phase: 'end', of: begin };
  }
}

function finish(call, text) {
  const result = / = (-?\d+)[^"]*$/.exec(text);
  if (result === null || Number(result[1]) < 0) return undefined;
  return { call, text, fd: Number.parseInt(text, 10), result: Number(result[1]), parts: () => quoted(text) };
}

/** A folder as a power cut would leave it: per file what was synced, per name what the folder's sync covered. */
export class Disk {
  constructor() {
    this.names = new Map();    // path -> file, now
    this.durable = new Map();  // path -> file, after a power cut
    this.open = new Map();     // descriptor -> file or {folder}
    this.syncing = new Map();
  }

  apply(event) {
    if (event.phase === 'begin') {
      // What is written after a sync began is not covered by it.
      if (event.call === 'fdatasync' || event.call === 'fsync') event.snapshot = this.snapshot(event.fd);
      return;
    }
    const { call, text } = event;
    if (call === 'openat') this.opened(event);
    else if (call === 'close') this.open.delete(event.fd);
    else if (call === 'pwrite64') this.wrote(event, Number(/, (\d+)\) += /.exec(text)[1]));
    else if (call === 'ftruncate') this.truncated(event, Number(/, (\d+)\)/.exec(text)[1]));
    else if (call === 'fdatasync' || call === 'fsync') event.of.snapshot?.();
    else if (call === 'unlink') this.names.delete(event.parts()[0].toString());
    else if (call === 'rename') this.renamed(event.parts().map(String));
  }

  opened({ result, text, parts }) {
    const path = parts()[0].toString();
    if (this.isFolder(path)) return void this.open.set(result, { folder: path });
    if (!this.names.has(path)) {
      if (!text.includes('O_CREAT')) return void this.open.delete(result);
      this.names.set(path, { pieces: [], synced: 0 });
    }
    if (text.includes('O_TRUNC')) this.names.get(path).pieces.push({ truncate: 0 });
    this.open.set(result, this.names.get(path));
  }

  isFolder(path) {
    const inside = path.replace(/\/?$/, '/');
    return [...this.names.keys()].some((name) => name.startsWith(inside));
  }

  // A file is the list of what was done to it; `synced` says how much of that is safe.
  wrote({ fd, result, parts }, at) {
    this.open.get(fd)?.pieces?.push({ at, bytes: parts()[0].subarray(0, result) });
  }

  truncated({ fd }, length) {
    this.open.get(fd)?.pieces?.push({ truncate: length });
  }

  snapshot(fd) {
    const file = this.open.get(fd);
    if (file?.pieces !== undefined) {
      const count = file.pieces.length;
      return () => { file.synced = Math.max(file.synced, count); };
    }
    if (file?.folder === undefined) return undefined;
    const now = new Map(this.names);
    return () => {
      const inside = (path) => path.startsWith(file.folder.replace(/\/?$/, '/'));
      for (const path of this.durable.keys()) if (inside(path)) this.durable.delete(path);
      for (const [path, one] of now) if (inside(path)) this.durable.set(path, one);
    };
  }

  renamed([from, to]) {
    const file = this.names.get(from);
    this.names.delete(from);
    if (file !== undefined) this.names.set(to, file);
  }

  /** path -> bytes, had the power gone now. */
  afterPowerCut() {
    return new Map([...this.durable].map(([path, file]) => [path, contents(file.pieces.slice(0, file.synced))]));
  }
}

function contents(pieces) {
  let bytes = Buffer.alloc(0);
  for (const piece of pieces) {
    const length = piece.truncate ?? Math.max(bytes.length, piece.at + piece.bytes.length);
    if (length !== bytes.length) {
      const resized = Buffer.alloc(length);
      bytes.copy(resized, 0, 0, Math.min(length, bytes.length));
      bytes = resized;
    }
    if (piece.bytes !== undefined) piece.bytes.copy(bytes, piece.at);
  }
  return bytes;
}
