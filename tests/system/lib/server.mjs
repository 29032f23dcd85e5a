// What most tests start: one server, or with KITH_NODES=2 two that behave as one.
import { Cluster } from './cluster.mjs';
import { Node } from './node.mjs';

export { kSecret, nonce, token } from './token.mjs';
export const kNodes = Number(process.env.KITH_NODES ?? 1);
export const Server = kNodes > 1 ? Cluster : Node;
