// systemd for a test: a `systemctl` that starts and ends what a template unit says, with places and ports of the test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Units {
  /** `file`: where the template will be; `ports`: node's number -> what stands for 801%i and 811%i. */
  constructor({ folder, file, ports }) {
    Object.assign(this, { folder, file, ports, nodes: new Map() });
  }

  async start() {
    const socket = `${this.folder}/systemd.sock`;
    this.server = createServer(async (request, response) => {
      const names = new URL(request.url, 'http://systemd').searchParams.get('names').split(' ');
      for (const name of names.filter((one) => one.startsWith('kith@'))) await this.restart(name.slice('kith@'.length));
      response.end();
    }).listen(socket);
    await once(this.server, 'listening');
    writeFileSync(`${this.folder}/bin/systemctl`, `#!/bin/sh\nexec curl -fsS --unix-socket '${socket}' -G --data-urlencode "names=$*" http://systemd/\n`, { mode: 0o755 });
    return this;
  }

  /** A line of the unit for one node. */
  setting(name, number) {
    const [, value] = new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(this.file, 'utf8'));
    return value.replaceAll('801%i', this.ports[number].page).replaceAll('811%i', this.ports[number].health).replaceAll('%i', number);
  }

  async restart(number) {
    await this.end(number, 'SIGTERM');
    const environment = Object.fromEntries(readFileSync(this.setting('EnvironmentFile', number), 'utf8').trim().split('\n').map((line) => line.split(/=(.*)/s)));
    const [program, ...words] = this.setting('ExecStart', number).split(' ');
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, ...environment } });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stderr.on('data', (chunk) => appendFileSync(`${this.folder}/log.${number}`, chunk));
    this.nodes.set(number, child);
  }

  /** Its exit code; undefined if it did not run. */
  async end(number, signal = 'SIGTERM') {
    const child = this.nodes.get(number);
    if (!running.has(child)) return undefined;
    child.kill(signal);
    const [code] = await once(child, 'exit');
    return code;
  }

  async stop() {
    const codes = await Promise.all([...this.nodes.keys()].map((number) => this.end(number)));
    this.server.close();
    return codes;
  }
}
