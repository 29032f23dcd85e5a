import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const startMs = 20_000;

/** The real server with a data directory of its own, on a port that it chooses itself. */
export class Server {
  origin = '';
  setupLink = '';
  private process: ChildProcess | undefined;
  private readonly data = mkdtempSync(join(tmpdir(), 'kith-e2e-'));

  async start(): Promise<void> {
    const binary = process.env['KITH_BINARY'];
    if (!binary) throw new Error('KITH_BINARY has to name the server to test');
    // After a restart the page must find the server where it was.
    const port = this.origin ? new URL(this.origin).port : '0';
    const args = ['serve', '--data.dir', this.data, '--http_server.port', port, '--http_server.internal_port', '0'];
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    let printed = '';
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${printed}`);
      this.origin = /https?:\/\/127\.0\.0\.1:\d+(?=\s|$)/.exec(printed)?.[0] ?? '';
      this.setupLink ||= /https?:\/\/\S+\/setup#\S+/.exec(printed)?.[0] ?? '';
      return this.origin !== '' && this.setupLink !== '';
    }, () => `the server did not say where it is:\n${printed}`);
    await until(async () => (await fetch(`${this.origin}/`).catch(() => undefined))?.ok === true, () => 'no answer');
  }

  /** As a power cut does it. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** Looks again on every turn of the loop until it is so; the state is waited for, not a time. */
async function until(met: () => boolean | Promise<boolean>, failure: () => string): Promise<void> {
  const end = Date.now() + startMs;
  while (!(await met())) {
    if (Date.now() > end) throw new Error(failure());
    await new Promise((turn) => setTimeout(turn, 20));
  }
}
