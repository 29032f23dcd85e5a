import { fault, faultFromProblem, unknownOutcome, type Fault } from '../model/fault.ts';
import type { Limits, Me } from '../model/types.ts';

export interface Account {
  readonly user: Me;
  readonly connection_token: string;
  readonly limits: Limits;
  readonly server: string;
}

/** How a person may come in when nobody is signed in. */
export interface WaysIn {
  readonly registration: 'open' | 'off';
  /** No administrator exists yet: only the one-time link helps. */
  readonly setup: boolean;
}

export type WhoAmI = { readonly account: Account } | { readonly waysIn: WaysIn };

export interface Credentials {
  handle: string;
  password: string;
}

export interface NewPerson extends Credentials {
  display_name: string;
}

/** Rejects with a Fault when the server cannot be asked. */
export async function whoAmI(): Promise<WhoAmI> {
  const response = await ask('GET', 'me');
  const body = await json(response);
  if (response.ok) return { account: body as Account };
  if (response.status !== 401) throw faultFromProblem(response.status, body);
  const signIn = (body as { sign_in?: Partial<WaysIn> }).sign_in;
  return {
    waysIn: { registration: signIn?.registration ?? 'off', setup: signIn?.setup ?? false },
  };
}

export function setUp(token: string, person: NewPerson): Promise<Account> {
  return post('setup', { token, ...person });
}

export function register(person: NewPerson): Promise<Account> {
  return post('register', person);
}

export function signIn(credentials: Credentials): Promise<Account> {
  return post('login', credentials);
}

export async function signOut(): Promise<void> {
  await post('logout', {});
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const response = await ask('POST', path, JSON.stringify(body));
  const answer = await json(response);
  if (response.status === 410) throw fault('gone', '', false);
  if (!response.ok) throw faultFromProblem(response.status, answer);
  return answer as Answer;
}

async function ask(method: string, path: string, body?: string): Promise<Response> {
  try {
    return await fetch(`/api/v1/${path}`, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body ?? null,
    });
  } catch {
    throw unknownOutcome satisfies Fault;
  }
}

async function json(response: Response): Promise<object> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    // An empty answer, or a proxy's page instead of ours: the status says enough.
    return {};
  }
}
