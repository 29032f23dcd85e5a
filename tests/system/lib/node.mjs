// Starts the real binary in a fresh folder and speaks to it from outside.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { kSecret, token } from './token.mjs';

const binary = process.env.KITH_BINARY;
if (!binary) throw new Error('KITH_BINARY names no binary: run these tests through script/test');

const running = new Set();

/** The database that belongs to a folder, on the server of script/mongodb. */
export function databaseOf(folder) {
  const server = process.env.KITH_TEST_MONGODB_URI;
  if (!server) throw new Error('KITH_TEST_MONGODB_URI names no server: run this through script/mongodb');
  const database = `kith_test_${basename(folder).replaceAll(/[^A-Za-z0-9]/g, '_')}`;
  return server.replace(/^([^/]+\/\/[^/?]+)[^?]*/, `$1/${database}`);
}

/** With KITH_TEST_STORE=mongodb every folder has one of its own. */
const storeOf = (folder) => (process.env.KITH_TEST_STORE === 'mongodb' ? { KITH_STORE_URI: databaseOf(folder) } : {});

process.on('exit', () => running.forEach((server) => server.process?.kill('SIGKILL')));

export class Node {
  /** `wrap`: a command that starts the binary for us, such as strace. */
  constructor({ folder, flags = [], environment = {}, wrap = [], port = 0 } = {}) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'kith-'));
    this.ownsFolder = folder === undefined;
    this.flags = flags;
    this.environment = environment;
    this.wrap = wrap;
    this.port = port;
    this.output = '';
    this.errors = '';
    this.clients = [];  // ended with the server, so that a failed test ends too
  }

  /** Resolves once the server answers; rejects with its last words if it ends before. */
  async start() {
    const command = [...this.wrap, binary, 'serve', `--data.dir=${this.folder}`,
      `--http_server.port=${this.port}`, '--http_server.internal_port=0', ...this.flags];
    this.output = '';
    this.errors = '';
    this.process = spawn(command[0], command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, KITH_CLIENT_TOKEN_HMAC_SECRET_KEY: kSecret, ...storeOf(this.folder), ...this.environment },
    });
    running.add(this);
    this.exited = new Promise((done) => this.process.once('exit', (code, signal) => {
      running.delete(this);
      done({ code, signal });
    }));
    this.process.stderr.on('data', (chunk) => { this.errors += chunk; });
    await new Promise((resolve, reject) => {
      this.process.stdout.on('data', (chunk) => {
        this.output += chunk;
        if (/Ready\./.test(this.output)) resolve();
      });
      this.exited.then(({ code, signal }) => reject(new Error(`the server ended (${code ?? signal}): ${this.errors}`)));
    });
    this.url = /Page and API\s+(\S+)/.exec(this.output)[1];
    this.internal = new URL(/Metrics\s+(\S+)/.exec(this.output)[1]).origin;
    this.setupLink = /First administrator\s+(\S+)/.exec(this.output)?.[1];
    this.port = Number(new URL(this.url).port);
    return this;
  }

  /** Ends it as a crash does. */
  async kill(signal = 'SIGKILL') {
    this.process.kill(signal);
    return this.exited;
  }

  /** Ends it as an operator does, and cleans up. Rejects if it does not end well, or a sanitizer has spoken. */
  async stop() {
    for (const end of this.clients) end();
    let ended = { code: 0 };
    if (running.has(this)) {
      this.process.kill('SIGTERM');
      ended = await this.exited;
    }
    if (this.ownsFolder) rmSync(this.folder, { recursive: true, force: true });
    if (ended.code !== 0 || /Sanitizer|runtime error:/.test(this.errors)) {
      throw new Error(`the server ended with ${ended.code ?? ended.signal}: ${this.errors}`);
    }
  }

  get websocket() {
    return `${this.url.replace('http', 'ws')}/connection/websocket`;
  }

  /** A REST call as `user` (a host application's JWT), or with own headers. */
  async rest(method, path, { user, body, headers = {} } = {}) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(user === undefined ? {} : { Authorization: `Bearer ${token(user)}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }
}
