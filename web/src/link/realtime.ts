import { Centrifuge, UnauthorizedError } from 'centrifuge';
import { faultFromReply } from '../model/fault.ts';
import type { Limits, Publication } from '../model/types.ts';

/** An answer that takes longer is treated as unknown, and the request is repeated by its nonce. */
const answerTimeoutMs = 5_000;
/** After this long out of sight the connection may be dead without anybody having noticed. */
const asleepMs = 60_000;

export interface Subscribed {
  readonly channel: string;
  /** Nothing was missed since this page last heard of the channel. */
  readonly recovered: boolean;
  readonly offset: number;
  readonly epoch: string;
}

export interface RealtimePorts {
  readonly token: string;
  /** A fresh token, or undefined when the session has ended. Rejects when the server is away. */
  readonly freshToken: () => Promise<string | undefined>;
  readonly connected: (hello: Hello) => void;
  readonly connecting: () => void;
  /** For good: the code says why. */
  readonly ended: (code: number) => void;
  readonly subscribed: (subscription: Subscribed) => void;
  readonly unsubscribed: (channel: string) => void;
  readonly publication: (channel: string, publication: Publication) => void;
}

export interface Hello {
  readonly limits: Limits | undefined;
  readonly server: string;
}

/**
 * The connection, on the stock Centrifuge client. The server subscribes this page to the person
 * and to all rooms the person is in; positions and recovery are the client's own business.
 */
export class Realtime {
  private readonly client: Centrifuge;
  private readonly ports: RealtimePorts;
  private hiddenSince = 0;
  private closing = false;

  constructor(ports: RealtimePorts) {
    this.ports = ports;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.client = new Centrifuge(`${scheme}://${location.host}/connection/websocket`, {
      token: ports.token,
      getToken: () => this.token(),
      data: { kith: { subscriptions: 'all' } },
      timeout: answerTimeoutMs,
      minReconnectDelay: 300,
      maxReconnectDelay: 5_000,
    });
    this.listen();
  }

  connect(): void {
    this.client.connect();
    document.addEventListener('visibilitychange', this.looked);
    addEventListener('online', this.probe);
  }

  close(): void {
    this.closing = true;
    document.removeEventListener('visibilitychange', this.looked);
    removeEventListener('online', this.probe);
    this.client.disconnect();
  }

  /** Rejects with a Fault. Without a connection it says so at once instead of waiting. */
  async call<Answer>(method: string, data: object): Promise<Answer> {
    if (this.client.state !== 'connected') throw faultFromReply(undefined);
    try {
      const reply = await this.client.rpc(method, data);
      return reply.data as Answer;
    } catch (error) {
      throw faultFromReply(error);
    }
  }

  private async token(): Promise<string> {
    const token = await this.ports.freshToken();
    if (token === undefined) throw new UnauthorizedError('signed out');
    return token;
  }

  private listen(): void {
    const { client, ports } = this;
    client.on('connected', (context) => {
      const kith = (context.data as { kith?: { limits?: Limits; server?: string } } | undefined)?.kith;
      ports.connected({ limits: kith?.limits, server: kith?.server ?? '' });
    });
    client.on('connecting', () => ports.connecting());
    client.on('disconnected', (context) => {
      if (!this.closing && context.code !== 0) ports.ended(context.code);
    });
    client.on('subscribed', ({ channel, recovered, wasRecovering, streamPosition }) => {
      ports.subscribed({
        channel,
        recovered: wasRecovering && recovered,
        offset: streamPosition?.offset ?? 0,
        epoch: streamPosition?.epoch ?? '',
      });
    });
    client.on('unsubscribed', (context) => ports.unsubscribed(context.channel));
    client.on('publication', (context) => {
      ports.publication(context.channel, context.data as Publication);
    });
  }

  private readonly looked = (): void => {
    if (document.visibilityState === 'hidden') {
      this.hiddenSince = Date.now();
      return;
    }
    if (this.hiddenSince > 0 && Date.now() - this.hiddenSince > asleepMs) this.probe();
    this.hiddenSince = 0;
  };

  /** One small question; no answer means a dead line, and the client starts anew from its positions. */
  private readonly probe = (): void => {
    if (this.client.state !== 'connected') return;
    this.call('room.list', { joined: true, limit: 1 }).catch((fault: { code: string }) => {
      if (fault.code !== 'unreachable' || this.client.state !== 'connected') return;
      this.client.disconnect();
      this.client.connect();
    });
  };
}
