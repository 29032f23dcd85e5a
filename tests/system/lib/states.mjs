// Waiting for states. No test waits for a time: the deadline here only bounds a failure.
// The long form waits for a dead line to be found by real pings, 35 s at most.
export const kDeadlineMs = process.env.KITH_CHAOS === 'long' ? 90000 : 30000;

/** Asks again and again until the answer satisfies; the answer. */
export async function eventually(ask, satisfies = Boolean, what = satisfies.toString()) {
  const deadline = Date.now() + kDeadlineMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`never became true: ${what}; last answer ${JSON.stringify(answer)}`);
    await new Promise((again) => setTimeout(again, 20));
  }
}

/** Those who wait for a state of one object, looked at whenever it changes. */
export class Waiters {
  constructor(name) {
    this.name = name;
    this.list = [];
  }

  wake() {
    this.list = this.list.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }

  until(condition, state = () => '', what = condition.toString()) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.name} waited in vain for ${what}; ${state()}`)), kDeadlineMs);
      this.list.push({ condition, resolve: () => { clearTimeout(timer); resolve(); } });
    });
  }
}

/** A number of the server's metrics, of all nodes together: `metric(server, 'kith_connections')`. */
export async function metric(server, name) {
  const all = await Promise.all((server.nodes ?? [server]).map(async (node) => {
    const text = await (await fetch(`${node.internal}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }));
  return all.reduce((sum, one) => (sum === undefined ? one : sum + (one ?? 0)));
}

/** What /readyz says does not work as it should. */
export const degraded = async (server) => (await (await fetch(`${server.internal}/readyz`)).json()).degraded;
