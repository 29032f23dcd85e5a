// The administrator of the site, made by the setup link: by cookie over REST, by the page's token on a connection.
import { Raw } from './raw.mjs';

export async function makeAdmin(server) {
  const home = { Origin: server.url };
  const body = { token: server.setupLink.split('#')[1], handle: 'root', display_name: 'Root', password: 'correct horse battery' };
  const made = await server.rest('POST', '/setup', { body, headers: home });
  const headers = { ...home, Cookie: made.headers.get('set-cookie').split(';')[0] };
  const rest = (method, path, fields) => server.rest(method, path, { body: fields, headers });
  const { user } = (await rest('GET', '/me')).body;
  const connect = async () => {
    const raw = await Raw.open(server);
    await raw.ask({ connect: { token: (await rest('GET', '/me')).body.connection_token } });
    return raw;
  };
  return { id: user.id, headers, rest, connect };
}
