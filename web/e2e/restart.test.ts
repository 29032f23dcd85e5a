// What a lost line, a killed server and a reload do to what people write (K1, K2, K3, K6, K9, K10).
import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, Person } from './people.ts';
import { Proxy } from './proxy.ts';
import { Server } from './server.ts';

const server = new Server();
let browser: Browser;
let noor: Person;
let ilse: Person;
let line: CDPSession;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  noor = await Person.arrive(browser, server);
  ilse = await Person.arrive(browser, server);
  await noor.setUp('Noor Haddad', 'noor');
  await noor.createRoom('Lobby');
  await ilse.register('Ilse Brandt', 'ilse');
  await ilse.join('Lobby');
  line = await ilse.page.context().newCDPSession(ilse.page);
  await line.send('Network.enable');
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

/** Counts the pages of history that the page asks for, by listening to its socket. */
function historyAsked(person: Person): { count: number } {
  const asked = { count: 0 };
  person.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (payload.toString().includes('chat.history')) asked.count += 1;
    }),
  );
  return asked;
}

async function offline(person: Person, away: boolean): Promise<void> {
  await person.page.context().setOffline(away);
}

test('the server is killed while somebody types: the draft stays, everything arrives, nobody reloads', async () => {
  const loads = [noor.loadCount, ilse.loadCount];
  const asked = historyAsked(ilse);
  await noor.say('Lobby', 'before');
  await ilse.hears('before');
  await ilse.box('Lobby').pressSequentially('in the middle of a sen');
  await noor.page.getByText('Ilse Brandt is typing').waitFor();

  await server.kill();
  await ilse.page.getByText('Offline. Messages are sent when you are back.').waitFor();
  await ilse.expectAccessible('offline');
  expect(await noor.page.getByText('is typing').count()).toBe(0);
  await ilse.box('Lobby').pressSequentially('tence');
  await noor.say('Lobby', 'queued one');
  await noor.say('Lobby', 'queued two');
  await noor.page.locator('.row.wait').nth(1).waitFor();
  // It is edited when it has arrived, and not the message before it.
  await noor.box('Lobby').press('ArrowUp');

  await server.start();
  await ilse.hears('before', 'queued one', 'queued two');
  const edit = noor.page.getByRole('textbox', { name: 'Edit message' });
  await edit.waitFor();
  expect(await edit.inputValue()).toBe('queued two');
  await edit.press('Escape');
  await noor.hears('before', 'queued one', 'queued two');
  expect(await noor.page.locator('.row.wait').count()).toBe(0);
  expect(await ilse.box('Lobby').inputValue()).toBe('in the middle of a sentence');
  await ilse.page.getByText('Offline. Messages').waitFor({ state: 'detached' });
  await ilse.box('Lobby').press('Enter');
  await noor.hears('before', 'queued one', 'queued two', 'in the middle of a sentence');
  expect(asked.count).toBe(0);
  noor.expectCalm(loads[0]);
  ilse.expectCalm(loads[1]);
});

test('K2: what was said while the cable was out is there without anything further', async () => {
  await offline(ilse, true);
  await ilse.page.getByText('Offline. Messages').waitFor();
  await noor.say('Lobby', 'said into the dark');
  await noor.row('said into the dark').waitFor();
  await offline(ilse, false);
  await ilse.row('said into the dark').waitFor();
});

test('K3: five written offline arrive as one to five at everybody', async () => {
  await offline(ilse, true);
  await ilse.page.getByText('Offline. Messages').waitFor();
  for (const text of ['q1', 'q2', 'q3', 'q4', 'q5']) await ilse.say('Lobby', text);
  await ilse.page.locator('.row.wait').nth(4).waitFor();
  await offline(ilse, false);
  for (const person of [noor, ilse]) {
    await expect.poll(async () => (await person.said()).slice(-5), { timeout: 15_000 }).toEqual(['q1', 'q2', 'q3', 'q4', 'q5']);
  }
});

test('K3: five that a proxy swallowed are tried again by two clicks while it delays the first: one to five, each once', async () => {
  const third = await Person.arrive(browser, server);
  let swallows = true;
  let delayed = 0;
  await third.page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => {
      if (!frame.includes('chat.send')) upstream.send(frame);
      else if (!swallows && delayed++ > 0) upstream.send(frame);
      else if (!swallows) setTimeout(() => upstream.send(frame), 3_000);
    });
  });
  await third.register('Tariq', 'tariq');
  await third.join('Lobby');
  const five = ['r1', 'r2', 'r3', 'r4', 'r5'];
  for (const text of five) await third.say('Lobby', text);
  await third.page.getByRole('button', { name: 'Try again' }).first().waitFor({ timeout: 30_000 });
  await third.say('Lobby', 'r6');
  swallows = false;
  const retry = third.page.getByRole('button', { name: 'Try again' });
  // Only the first of the room offers it; two clicks in one turn of the page, before an attempt can have its answer.
  const offered = await retry.evaluateAll((buttons) => {
    for (const button of [buttons.at(-1), buttons[0]]) (button as HTMLElement | undefined)?.click();
    return buttons.length;
  });
  expect(offered).toBeGreaterThan(0);
  const all = [...five, 'r6'];
  for (const person of [noor, third]) {
    await expect.poll(async () => (await person.said()).slice(-6), { timeout: 20_000 }).toEqual(all);
  }
  await third.page.locator('.row[data-seq="0"]').first().waitFor({ state: 'detached' });
  expect((await third.said()).filter((text) => all.includes(text))).toEqual(all);
  await third.leave();
});

test('queued messages survive a reload and leave once, in order', async () => {
  await server.kill();
  await ilse.page.getByText('Offline. Messages').waitFor();
  for (let index = 1; index <= 20; index += 1) await ilse.say('Lobby', `kept ${index}`);
  await ilse.page.locator('.row.wait').nth(19).waitFor();
  // The next page can only come from the server, so it is back by then.
  await server.start();
  await ilse.page.reload();
  const all = Array.from({ length: 20 }, (_, index) => `kept ${index + 1}`);
  for (const person of [noor, ilse]) {
    await expect.poll(async () => (await person.said()).slice(-20), { timeout: 20_000 }).toEqual(all);
  }
});

test('K10: three lines and their reply target come back once, in their own room', async () => {
  await ilse.createRoom('Other');
  await ilse.goTo('Lobby');
  await ilse.row('said into the dark').hover();
  await ilse.row('said into the dark').getByRole('button', { name: 'Reply' }).click();
  await ilse.box('Lobby').fill('one\ntwo\nthree');
  const check = async (): Promise<void> => {
    await expect.poll(() => ilse.box('Lobby').inputValue()).toBe('one\ntwo\nthree');
    expect(await ilse.page.locator('.target', { hasText: 'said into the dark' }).count()).toBe(1);
  };
  await ilse.goTo('Other');
  expect(await ilse.box('Other').inputValue()).toBe('');
  await ilse.goTo('Lobby');
  await check();
  await ilse.page.reload();
  await ilse.box('Lobby').waitFor();
  await check();
  await offline(ilse, true);
  await ilse.page.getByText('Offline. Messages').waitFor();
  await offline(ilse, false);
  await ilse.page.getByText('Offline. Messages').waitFor({ state: 'detached' });
  await check();
  await ilse.page.getByRole('button', { name: 'Do not reply' }).click();
  await ilse.box('Lobby').fill('');
});

test('K10: a draft of which every letter was followed by a reload is whole', async () => {
  for (const letter of 'abc') {
    await ilse.box('Lobby').press('End');
    await ilse.box('Lobby').pressSequentially(letter);
    await ilse.page.reload();
    await ilse.box('Lobby').waitFor();
  }
  expect(await ilse.box('Lobby').inputValue()).toBe('abc');
  await ilse.box('Lobby').fill('');
});

test('K10: a tab closed with a draft and a queued message is opened again, and both are there', async () => {
  await offline(ilse, true);
  await ilse.page.getByText('Offline. Messages').waitFor();
  await ilse.say('Lobby', 'left in the box of a closed tab');
  await ilse.page.locator('.row.wait').waitFor();
  await ilse.box('Lobby').fill('and half a sen');
  const address = ilse.page.url();
  const context = ilse.page.context();
  await ilse.page.close();
  await context.setOffline(false);
  ilse = await Person.again(context, server);
  await ilse.page.goto(address);
  await ilse.row('left in the box of a closed tab').waitFor();
  await noor.row('left in the box of a closed tab').waitFor();
  expect(await ilse.box('Lobby').inputValue()).toBe('and half a sen');
  await ilse.box('Lobby').fill('');
  for (const person of [noor, ilse]) {
    expect((await person.said()).filter((text) => text === 'left in the box of a closed tab').length).toBe(1);
  }
});

test('K9: the line is cut after the message was stored and before the page hears of it: it is there once', async () => {
  let cuts = 0;
  let sends = 0;
  await ilse.page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const upstream = socket.connectToServer();
    let sent = false;
    let cut = false;
    socket.onMessage((frame) => {
      if (frame.includes('chat.send')) {
        sent = true;
        sends += 1;
      }
      upstream.send(frame);
    });
    upstream.onMessage((frame) => {
      if (cut) return;
      // The first word after the send is its reply or its entry: it is stored by then.
      if (sent && cuts < 2 && /"rpc"|message\.created/.test(frame.toString())) {
        cut = true;
        cuts += 1;
        void socket.close({ code: 1011, reason: 'cut by a proxy' });
      } else socket.send(frame);
    });
  });
  await ilse.page.reload();
  await ilse.box('Lobby').waitFor();
  await ilse.page.getByText('Online', { exact: true }).first().waitFor();
  await ilse.say('Lobby', 'stored behind a cut');
  await ilse.page.locator('.row:not([data-seq="0"])', { hasText: 'stored behind a cut' }).waitFor();
  await ilse.say('Lobby', 'and one more');
  await noor.row('and one more').waitFor();
  await ilse.page.locator('.row:not([data-seq="0"])', { hasText: 'and one more' }).waitFor();
  expect(cuts).toBe(2);
  expect(sends).toBeGreaterThanOrEqual(2);
  for (const person of [noor, ilse]) {
    expect((await person.said()).slice(-2)).toEqual(['stored behind a cut', 'and one more']);
  }
});

test('K9: a proxy cuts the line behind a stored message and then answers 502: it is there once', async () => {
  const proxy = await new Proxy(server).open();
  const third = await Person.arrive(browser, proxy);
  await third.register('Vera', 'vera');
  await third.join('Lobby');
  let cuts = 0;
  proxy.cutsAt = (bytes) => {
    if (cuts > 0 || !bytes.includes('kept by a bad gateway')) return false;
    cuts += 1;
    proxy.badGateways = 2;
    return true;
  };
  await third.say('Lobby', 'kept by a bad gateway');
  await third.confirmed('kept by a bad gateway').waitFor({ timeout: 30_000 });
  expect([cuts, proxy.badGateways]).toEqual([1, 0]);
  await noor.row('kept by a bad gateway').waitFor();
  for (const person of [noor, third]) {
    expect((await person.said()).filter((text) => text === 'kept by a bad gateway').length).toBe(1);
  }
  await third.leave();
  await proxy.close();
});

test('K9: a second tab sends what the first left behind after it was stored: it is there once', async () => {
  const proxy = await new Proxy(server).open();
  const third = await Person.arrive(browser, proxy);
  await third.register('Wanda', 'wanda');
  await third.join('Lobby');
  const address = third.page.url();
  const context = third.page.context();
  // Stored, but no word of it comes through, nor does another line.
  proxy.cutsAt = (bytes) => bytes.includes('twice tried');
  await third.say('Lobby', 'twice tried');
  await noor.row('twice tried').waitFor();
  const second = await Person.again(context, proxy);
  await second.page.goto(`${proxy.origin}/login`);
  await third.page.close();
  proxy.cutsAt = () => false;
  await second.page.goto(address);
  await second.confirmed('twice tried').waitFor();
  await second.say('Lobby', 'and from the second tab');
  await noor.row('and from the second tab').waitFor();
  for (const person of [noor, second]) {
    await expect.poll(async () => (await person.said()).slice(-2)).toEqual(['twice tried', 'and from the second tab']);
  }
  expect(await second.page.locator('.row[data-seq="0"]').count()).toBe(0);
  await context.close();
  await proxy.close();
});

test('K10: a newer page is deployed under other names: the old one goes on, and the new one has the draft', async () => {
  const proxy = await new Proxy(server).open();
  const third = await Person.arrive(browser, proxy);
  await third.register('Rosa', 'rosa');
  await third.join('Lobby');
  await third.box('Lobby').fill('begun before the upgr');
  const loads = third.loadCount;
  await server.kill();
  proxy.newer = true;
  proxy.cut();
  await server.start();
  await third.page.getByText('A new version of this page is ready.').waitFor();
  expect(third.loadCount).toBe(loads);
  // What was never shown before was fetched in time, for its file is gone.
  await third.page.getByRole('button', { name: 'Settings' }).click();
  await third.page.getByRole('dialog').waitFor();
  await third.page.keyboard.press('Escape');
  await third.box('Lobby').press('End');
  await third.box('Lobby').pressSequentially('ade');
  await third.page.getByRole('button', { name: 'Load it' }).click();
  await expect.poll(() => third.loadCount).toBe(loads + 1);
  await third.box('Lobby').waitFor();
  expect(await third.page.locator('script[src^="/next/"]').count()).toBe(1);
  expect(await third.box('Lobby').inputValue()).toBe('begun before the upgrade');
  expect(third.complaints).toEqual([]);
  await third.leave();
  await proxy.close();
});

test('an Enter that chooses a word in an input method never sends', async () => {
  const before = (await ilse.said()).length;
  await ilse.box('Lobby').fill('かな');
  await ilse.box('Lobby').evaluate((field) => {
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init }));
    }
  });
  expect(await ilse.box('Lobby').inputValue()).toBe('かな');
  expect((await ilse.said()).length).toBe(before);
  await ilse.box('Lobby').fill('');
  expect(ilse.complaints).toEqual([]);
  expect(noor.complaints).toEqual([]);
});

test('K6: a killed tab leaves no typing line behind', async () => {
  const third = await Person.arrive(browser, server);
  await third.register('Mateus', 'mateus');
  await third.join('Lobby');
  await third.box('Lobby').pressSequentially('about to be gone');
  await noor.page.getByText('Mateus is typing').waitFor();
  await third.leave();
  await noor.page.getByText('Mateus is typing').waitFor({ state: 'detached', timeout: 6_000 });
});
