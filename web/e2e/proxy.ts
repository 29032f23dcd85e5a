import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Server } from './server.ts';

/**
 * What stands before a server: it passes pages, requests and WebSockets, and does to them what bad proxies and
 * deployments do.
 */
export class Proxy {
  origin = '';
  /** So many of the next WebSockets are answered 502. */
  badGateways = 0;
  /** Asked of all that the server sends on WebSockets; true cuts that line before the page has it. */
  cutsAt: (bytes: string) => boolean = () => false;
  /** A deployment: another version by name, its files under other names, and the old ones gone. */
  newer = false;
  private readonly server: Server;
  private readonly listener: HttpServer;
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    this.server = server;
    this.listener = createServer((incoming, outgoing) => this.pass(incoming, outgoing));
    this.listener.on('upgrade', (incoming, socket, head) => this.upgrade(incoming, socket as Socket, head));
  }

  async open(): Promise<this> {
    await new Promise<void>((listening) => this.listener.listen(0, '127.0.0.1', listening));
    this.origin = `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
    return this;
  }

  /** Ends all WebSockets of now. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.listener.closeAllConnections();
    await new Promise((closed) => this.listener.close(closed));
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '/';
    if (this.newer && path.startsWith('/assets/')) {
      outgoing.writeHead(404).end();
      return;
    }
    const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
    const asked = request(this.server.origin + path.replace(/^\/next\//, '/assets/'), { method: incoming.method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        let body = Buffer.concat(parts);
        if (this.newer && /html|javascript|css/.test(answer.headers['content-type'] ?? '')) {
          body = Buffer.from(body.toString().replaceAll('assets/', 'next/'));
        }
        const { 'transfer-encoding': _, ...kept } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, { ...kept, 'content-length': body.length }).end(body);
      });
    });
    asked.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(asked);
  }

  private upgrade(incoming: IncomingMessage, client: Socket, head: Buffer): void {
    if (this.badGateways > 0) {
      this.badGateways -= 1;
      client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 20\r\nConnection: close\r\n\r\n<h1>Bad Gateway</h1>');
      return;
    }
    const upstream = connect(Number(new URL(this.server.origin).port), '127.0.0.1');
    const lines = incoming.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []));
    upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (this.cutsAt(text)) client.destroy();
      // As long as what it replaces, so the frame's length stays true.
      else client.write(this.newer ? Buffer.from(text.replace(/"server":"[^"]*"/, (found) => found.replace(/\d/g, '9')), 'latin1') : bytes);
    });
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
