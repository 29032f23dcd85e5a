// A stretch of bad line between a client and the server: it can cut, hold, delay and falsify.
import { createServer, request as httpRequest } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';

/** Passes bytes both ways. */
export class Line {
  constructor(server) {
    this.target = Number(new URL(server.url).port);
    this.pairs = new Set();
    this.refusing = false;
    this.listener = createTcpServer((client) => {
      if (this.refusing) return client.destroy();
      const upstream = connect(this.target, '127.0.0.1');
      const pair = { client, upstream };
      this.pairs.add(pair);
      for (const [from, to] of [[client, upstream], [upstream, client]]) {
        from.on('data', (chunk) => { if (!pair.held) to.write(chunk); });
        from.on('error', () => {});
        from.on('close', () => { if (!pair.held) { this.pairs.delete(pair); to.destroy(); } });
      }
    });
  }

  async open() {
    await new Promise((listening) => this.listener.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${this.listener.address().port}`;
    this.websocket = `ws://127.0.0.1:${this.listener.address().port}/connection/websocket`;
    return this;
  }

  /** The cable is pulled on both sides. */
  cut() {
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
    this.pairs.clear();
  }

  /** Nothing passes any more on the connections of now, and neither side is told. */
  hold() {
    for (const pair of this.pairs) pair.held = true;
  }

  async close() {
    this.cut();
    await new Promise((closed) => this.listener.close(closed));
  }
}

/** Passes HTTP requests; `meddle(request)` says what is done with the answer: 'pass', '502' or 'cut'. */
export class Meddler {
  constructor(server, meddle) {
    this.seen = 0;
    this.listener = createServer((incoming, outgoing) => {
      const asked = this.seen++;
      const upstream = httpRequest(server.url + incoming.url, { method: incoming.method, headers: incoming.headers }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const deed = meddle(asked);
          if (deed === 'cut') return incoming.socket.destroy();
          if (deed === '502') return outgoing.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad Gateway</h1>');
          outgoing.writeHead(answer.statusCode, { 'Content-Type': answer.headers['content-type'] ?? 'text/plain' });
          return outgoing.end(Buffer.concat(chunks));
        });
      });
      incoming.pipe(upstream);
    });
  }

  async open() {
    await new Promise((listening) => this.listener.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${this.listener.address().port}`;
    return this;
  }

  async close() {
    this.listener.closeAllConnections();
    await new Promise((closed) => this.listener.close(closed));
  }
}
