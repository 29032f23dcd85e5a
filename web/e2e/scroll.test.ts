// The log view: older pages by scrolling, nothing leaps (K11), the end is kept, rows stay few.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, Person, phone } from './people.ts';
import { Server } from './server.ts';

const total = 2_000;
const server = new Server();
let browser: Browser;
let noor: Person;
let room = '';
/** The seq of the last message that was there from the start; later ones have holes before them. */
let filledTo = 0;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  noor = await Person.arrive(browser, server);
  await noor.setUp('Noor Haddad', 'noor');
  await noor.createRoom('Long');
  room = new URL(noor.page.url()).pathname.split('/').at(-1) ?? '';
  await fill(noor.page, total);
  await noor.row(`message ${total} `).waitFor();
  const seqs = await noor.page.locator('.row').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset['seq'])));
  filledTo = Math.max(...seqs);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

/** One more connection of the page's person, for requests that the page has no button for. */
async function rpc(page: Page, calls: Array<{ method: string; data: object }>): Promise<void> {
  await page.evaluate(async (requests) => {
    const me = (await (await fetch('/api/v1/me')).json()) as { connection_token: string };
    const socket = new WebSocket(`ws://${location.host}/connection/websocket`);
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    let open = 0;
    let next = 0;
    await new Promise<void>((resolve, reject) => {
      const more = (): void => {
        while (open < 16 && next < requests.length) {
          socket.send(JSON.stringify({ id: next + 2, rpc: requests[next] }));
          next += 1;
          open += 1;
        }
        if (open === 0 && next === requests.length) resolve();
      };
      socket.addEventListener('message', (event: MessageEvent<string>) => {
        for (const text of event.data.split('\n').filter((line) => line.trim())) {
          const reply = JSON.parse(text) as { id?: number; error?: object; connect?: object };
          if (reply.error) reject(new Error(text));
          if (text === '{}') socket.send('{}');
          else if (reply.connect) more();
          else if (reply.id) {
            open -= 1;
            more();
          }
        }
      });
      socket.send(JSON.stringify({ id: 1, connect: { token: me.connection_token } }));
    });
    socket.close();
  }, calls);
}

/** Messages of very different height. */
async function fill(page: Page, count: number): Promise<void> {
  await rpc(
    page,
    Array.from({ length: count }, (_, index) => ({
      method: 'chat.send',
      data: { room, text: `message ${index + 1} ${'words and more words '.repeat((index * 7) % 23)}`, nonce: `fill-${index}` },
    })),
  );
}

/** Watches the line under the eye at every change of the list, and which rows were ever drawn. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const view = document.querySelector('.log') as HTMLElement;
    const list = view.querySelector('ol') as HTMLElement;
    const seen = { drift: 0, seqs: new Set<number>(), doubled: false, rowsMax: 0 };
    (window as unknown as { seen: typeof seen }).seen = seen;
    let eye: { row: HTMLElement; top: number } | undefined;
    const topOf = (row: HTMLElement): number => (row.querySelector('.text') ?? row).getBoundingClientRect().top;
    const look = (): void => {
      const edge = view.getBoundingClientRect().top;
      const row = [...list.querySelectorAll<HTMLElement>('.row')].find((each) => each.getBoundingClientRect().bottom > edge + 1);
      eye = row && { row, top: topOf(row) };
    };
    const note = (): void => {
      const rows = [...list.querySelectorAll<HTMLElement>('.row')];
      const seqs = rows.map((row) => Number(row.dataset['seq'])).filter((seq) => seq > 0);
      seen.rowsMax = Math.max(seen.rowsMax, rows.length);
      seen.doubled ||= new Set(seqs).size !== seqs.length;
      for (const seq of seqs) seen.seqs.add(seq);
      if (eye?.row.isConnected) seen.drift = Math.max(seen.drift, Math.abs(topOf(eye.row) - eye.top));
      look();
    };
    new MutationObserver(note).observe(list, { childList: true, subtree: true, characterData: true });
    view.addEventListener('scroll', look);
    note();
  });
}

interface Seen {
  drift: number;
  rowsMax: number;
  doubled: boolean;
  first: number;
  whole: boolean;
}

function seen(page: Page): Promise<Seen> {
  return page.evaluate((end) => {
    const { drift, rowsMax, doubled, seqs } = (window as unknown as { seen: { drift: number; rowsMax: number; doubled: boolean; seqs: Set<number> } }).seen;
    const sorted = [...seqs].toSorted((a, b) => a - b);
    const whole = sorted.every((seq, index) => index === 0 || seq > end || seq === (sorted[index - 1] as number) + 1);
    return { drift, rowsMax, doubled, first: sorted[0] ?? 0, whole };
  }, filledTo);
}

/** Wheels up until this message has been drawn. */
async function scrollUpTo(page: Page, seq: number, during: () => Promise<void>): Promise<void> {
  for (let step = 0; step < 400; step += 1) {
    if ((await seen(page)).first <= seq) return;
    await page.mouse.wheel(0, -350);
    await page.evaluate(() => new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame))));
    if (step % 5 === 0) await during();
  }
  throw new Error('the top never came nearer');
}

describe.each([
  ['desktop', {}],
  ['phone', { ...phone, hasTouch: false, isMobile: false }],
])('on a %s', (name, options) => {
  test('K11: five pages up, with messages, an edit and a deletion meanwhile: nothing leaps', async () => {
    const reader = await Person.arrive(browser, server, options);
    await reader.register(`Reader ${name}`, `reader-${name}`);
    await reader.join('Long');
    await reader.page.locator('.row').nth(40).waitFor();
    const bottom = await reader.page.locator('.log').evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
    expect(bottom).toBeLessThan(2);
    await watch(reader.page);
    await reader.page.locator('.log').hover();

    let turn = 0;
    await scrollUpTo(reader.page, filledTo - 330, async () => {
      turn += 1;
      const seq = (await seen(reader.page)).first + 3;
      await rpc(noor.page, [
        { method: 'chat.send', data: { room, text: `meanwhile ${name} ${turn}`, nonce: `meanwhile-${name}-${turn}` } },
        { method: 'chat.edit', data: { room, seq, text: `edited ${'longer and longer '.repeat(30)}`, nonce: `edit-${name}-${turn}` } },
        { method: 'chat.delete', data: { room, seq: seq + 1, nonce: `delete-${name}-${turn}` } },
      ]);
    });
    const result = await seen(reader.page);
    expect(result.drift).toBeLessThanOrEqual(1);
    expect(result.doubled).toBe(false);
    expect(result.whole).toBe(true);
    expect(result.rowsMax).toBeLessThanOrEqual(320);

    // Back at the end in one step, and kept there.
    await reader.page.getByRole('button', { name: /new message|newest/ }).click();
    await reader.row(`meanwhile ${name} ${turn}`).last().waitFor();
    await rpc(noor.page, [{ method: 'chat.send', data: { room, text: `at the end ${name}`, nonce: `end-${name}` } }]);
    await reader.row(`at the end ${name}`).waitFor();
    const gap = await reader.page.locator('.log').evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
    expect(gap).toBeLessThan(2);
    expect(reader.complaints).toEqual([]);
    await reader.leave();
  }, 120_000);
});

test('a shrinking view keeps the end, and rows do not pile up under load', async () => {
  const reader = await Person.arrive(browser, server);
  await reader.register('Last', 'last');
  await reader.join('Long');
  await reader.page.locator('.row').nth(40).waitFor();
  await reader.page.setViewportSize({ width: 1280, height: 500 });
  await expect
    .poll(() => reader.page.locator('.log').evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight))
    .toBeLessThan(2);
  await rpc(
    noor.page,
    Array.from({ length: 600 }, (_, index) => ({
      method: 'chat.send',
      data: { room, text: `load ${index}`, nonce: `load-${index}` },
    })),
  );
  await reader.row('load 599').waitFor();
  expect(await reader.page.locator('.row').count()).toBeLessThanOrEqual(320);
  expect(reader.complaints).toEqual([]);
  await reader.leave();
}, 120_000);
