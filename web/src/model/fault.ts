/**
 * Why something was refused, in one form for RPC and REST. `code` is a stable name of the
 * protocol; `field` says which input is meant, `waitMs` when to try again.
 */
export interface Fault {
  readonly code: string;
  readonly field: string;
  readonly waitMs: number;
  /** The same request may succeed later, so it is repeated without asking. */
  readonly temporary: boolean;
  /** Sentences beside their fields, as REST gives them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly detail: string;
}

const waiting = new Set(['slow_mode', 'too_many_requests']);

const names: Readonly<Record<number, string>> = {
  100: 'internal',
  101: 'unauthorized',
  103: 'permission_denied',
  106: 'limit_exceeded',
  107: 'bad_request',
  108: 'not_available',
  111: 'too_many_requests',
  1000: 'not_found',
  1001: 'not_member',
  1005: 'archived',
  1006: 'full',
  1007: 'text_too_long',
  1009: 'nonce_conflict',
  1010: 'request_not_pending',
  1011: 'already',
  1013: 'higher_role',
  1014: 'last_owner',
  1016: 'read_only',
};

/** The connection went away or the answer did not come: nothing is known about the outcome. */
export const unknownOutcome: Fault = fault('unreachable', '', true);

export function fault(code: string, rest: string, temporary: boolean): Fault {
  const waitMs = waiting.has(code) ? Number.parseInt(rest, 10) || 0 : 0;
  return { code, field: waitMs > 0 ? '' : rest, waitMs, temporary, fields: {}, detail: '' };
}

/** An error reply of the realtime connection: `message` is `name` or `name:rest`. */
export function faultFromReply(error: unknown): Fault {
  const reply = error as { code?: unknown; message?: unknown; temporary?: unknown };
  const number = typeof reply?.code === 'number' ? reply.code : 0;
  // The SDK's own codes (timeout, closed, not connected) are below 100.
  if (number < 100) return unknownOutcome;
  const message = typeof reply.message === 'string' ? reply.message : '';
  const [name, ...rest] = message.split(':');
  const code = names[number] ?? name ?? 'internal';
  const temporary = reply.temporary === true || number === 100 || number === 111 || number === 1016;
  return fault(code, rest.join(':').trim(), temporary || code === 'slow_mode');
}

interface Problem {
  code?: string;
  detail?: string;
  status?: number;
  retry_after?: number;
  errors?: Array<{ pointer?: string; message?: string }>;
}

/** An `application/problem+json` of the REST API. */
export function faultFromProblem(status: number, problem: Problem): Fault {
  const fields: Record<string, string> = {};
  for (const error of problem.errors ?? []) {
    const field = (error.pointer ?? '').replace(/^\//, '');
    if (field) fields[field] = error.message ?? '';
  }
  const [code, ...rest] = (problem.code ?? 'internal').split(':');
  return {
    code: code ?? 'internal',
    field: Object.keys(fields)[0] ?? rest.join(':'),
    waitMs: (problem.retry_after ?? 0) * 1000,
    temporary: status === 429 || status >= 500,
    fields,
    detail: problem.detail ?? '',
  };
}
