// An nginx that runs a block of the documents as it stands there: the test's own are the certificates and the ports.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { freePort } from './ports.mjs';

const run = promisify(execFile);
const brought = new URL('../../../build/tools/nginx/usr/sbin/nginx', import.meta.url).pathname;
const nginx = [brought, '/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find(existsSync);

export class Nginx {
  /** `block`: what a sites-enabled file holds. `folder`: for its files, and not removed. */
  async start(block, folder) {
    assert.ok(nginx, 'there is no nginx: script/bootstrap test brings one');
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=chat.example',
      '-keyout', `${folder}/key.pem`, '-out', `${folder}/chain.pem`]);
    this.port = await freePort();
    const here = block.replace('listen 443 ssl', `listen 127.0.0.1:${this.port} ssl`)
      .replace(/ssl_certificate .*;/, `ssl_certificate ${folder}/chain.pem;`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${folder}/key.pem;`);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
    const user = process.getuid() === 0 ? 'user root;' : '';
    writeFileSync(`${folder}/nginx.conf`, `daemon off;\n${user}\npid ${folder}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${here}}\n`);
    await run(nginx, ['-t', '-p', folder, '-c', `${folder}/nginx.conf`]);
    this.process = spawn(nginx, ['-p', folder, '-c', `${folder}/nginx.conf`], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    await new Promise((ready, fail) => {
      this.process.stderr.on('data', (chunk) => {
        said += chunk;
        if (/start worker process /.test(said)) ready();
      });
      this.process.once('exit', (code) => fail(new Error(`nginx ended with ${code}: ${said}`)));
    });
    return this;
  }

  async stop() {
    if (this.process?.exitCode !== null) return;
    this.process.removeAllListeners('exit');
    this.process.kill();
    await once(this.process, 'exit');
  }

  get url() {
    return `https://127.0.0.1:${this.port}`;
  }

  /** As a browser that trusts the certificate. */
  async ask(path, { method = 'GET', body, headers = {} } = {}) {
    const asked = request(`${this.url}${path}`, { method, rejectUnauthorized: false, headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers } });
    asked.end(body && JSON.stringify(body));
    const [answer] = await once(asked, 'response');
    let text = '';
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, headers: answer.headers, text };
  }

  /** What a client is made with that connects through it. */
  get through() {
    const { url } = this;
    class Trusting extends WebSocket {
      constructor(address, protocols) { super(address, protocols, { rejectUnauthorized: false, origin: url }); }
    }
    return { websocket: `${url.replace('https', 'wss')}/connection/websocket`, options: { websocket: Trusting } };
  }
}
