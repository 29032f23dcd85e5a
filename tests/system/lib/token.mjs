// What a host application makes for its users: connection tokens, and the nonces of what they write.
import { createHmac, randomBytes } from 'node:crypto';

export const kSecret = 'a-secret-of-the-host-application-0123456789';

/** A connection token as a host application signs it. */
export function token(user, claims = {}, secret = kSecret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const head = part({ alg: 'HS256', typ: 'JWT' });
  const payload = part({ sub: user, iat: seconds, exp: seconds + 3600, info: { name: user }, ...claims });
  return `${head}.${payload}.${createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')}`;
}

export const nonce = () => randomBytes(16).toString('base64url');
