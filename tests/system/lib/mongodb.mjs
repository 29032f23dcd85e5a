// The MongoDB server that script/mongodb finds or brings, for a test that needs one beside servers of its own.
import { spawn } from 'node:child_process';

const script = new URL('../../../script/mongodb', import.meta.url).pathname;

export class MongoDb {
  /** Resolves once it listens; without a server `uri` stays undefined, and the test is to be skipped. */
  async start(...options) {
    // Lives as long as our end of its input is open.
    this.process = spawn(script, [...options, 'sh', '-c', 'echo "$KITH_TEST_MONGODB_URI"; exec cat'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    this.process.stderr.on('data', (chunk) => { said += chunk; });
    this.exited = new Promise((done) => this.process.once('exit', done));
    this.uri = await new Promise((resolve, reject) => {
      this.process.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
      this.exited.then((code) => (code === 77 ? resolve(undefined) : reject(new Error(said))));
    });
    return this;
  }

  /** The address of a database of ours, with other credentials if given. */
  database(name, credentials = '') {
    const [, scheme, hosts, options = ''] = /^(\w+:\/\/)([^/?]+)\/?[^?]*(\?.*)?$/.exec(this.uri);
    return `${scheme}${credentials}${hosts}/kith_test_${name}_${process.pid}${options}`;
  }

  async stop() {
    this.process.stdin.end();
    await this.exited;
  }
}
