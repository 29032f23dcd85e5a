// axe on every screen of a group, in both themes, wide and on a phone; and the way without a mouse.
// The states of its screen: loading, failed, not here, from outside, asked, empty, filled; its end is in groups.test.ts.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, looks, password, Person } from './people.ts';
import { Server } from './server.ts';

const server = new Server();
let browser: Browser;
let owner: Person;
let count = 0;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  owner = await Person.arrive(browser, server);
  await owner.setUp('Noor Haddad', 'noor');
  await owner.foundGroup('Weather Station', 'An open station\nNew here? Read along.', 'Who is let in');
  await owner.page.getByRole('button', { name: 'New room' }).last().click();
  await owner.page.getByRole('dialog').getByLabel('Name').fill('Sensors');
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click();
  await owner.box('Sensors').waitFor();
  const waiting = await Person.arrive(browser, server);
  await waiting.register('Sina Petrov', 'sina');
  await waiting.browse();
  await waiting.page.getByRole('button', { name: 'Ask to join Weather Station' }).click();
  await waiting.page.getByRole('button', { name: 'Withdraw the request to Weather Station' }).waitFor();
  await waiting.leave();
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

describe.each(looks)('%s', (name, options) => {
  test('what the owner sees is free of findings', async () => {
    const person = await Person.arrive(browser, server, options);
    const { page } = person;
    await page.goto(server.origin);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await person.signIn('noor');
    if ('isMobile' in options) await page.getByRole('option', { name: 'Weather Station' }).waitFor();
    await person.openGroup('Weather Station');
    await page.getByRole('button', { name: 'Approve Sina Petrov' }).waitFor();
    await page.getByRole('link', { name: 'Sensors' }).waitFor();
    await person.expectAccessible(`group, ${name}`);
    if ('isMobile' in options) {
      await page.getByRole('button', { name: /^Members/ }).click();
      await page.locator('.person').first().waitFor();
      await person.expectAccessible(`members of the group, ${name}`);
      await page.getByRole('button', { name: /^Members/ }).click();
    }
    await page.getByRole('button', { name: 'Group menu' }).click();
    await person.expectAccessible(`group menu, ${name}`);
    await page.getByRole('button', { name: 'Group settings' }).click();
    await page.getByRole('dialog', { name: 'Group settings' }).waitFor();
    await person.expectAccessible(`group settings, ${name}`);
    await page.getByRole('dialog').getByLabel('Name').fill('');
    await page.getByRole('dialog').getByLabel('Most members').fill('many');
    await page.getByRole('button', { name: 'Save' }).click();
    await person.expectAccessible(`group settings with errors, ${name}`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Decline Sina Petrov' }).click();
    await page.getByRole('dialog').waitFor();
    await person.expectAccessible(`declining, ${name}`);
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Sensors' }).click();
    await person.box('Sensors').waitFor();
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('button', { name: 'Delete room' }).waitFor();
    await person.expectAccessible(`room menu of the owner, ${name}`);
    await page.getByRole('button', { name: 'Room settings' }).click();
    await person.expectAccessible(`room settings, ${name}`);
    await page.keyboard.press('Escape');
    await person.chooseInRoom('Archive room');
    await page.getByText('This room is archived.').waitFor();
    await person.expectAccessible(`archived room, ${name}`);
    await page.getByRole('button', { name: 'Take up again' }).click();
    await person.box('Sensors').waitFor();
    expect(person.complaints).toEqual([]);
    await person.leave();
  });

  test('what others see is free of findings', async () => {
    count += 1;
    const person = await Person.arrive(browser, server, options);
    const { page } = person;
    await person.register('Ilse Brandt', `ilse-${count}`);
    await page.goto(`${server.origin}/group/nowhere`);
    await page.getByRole('heading', { name: 'This group is not here' }).waitFor();
    await person.expectAccessible(`a group that is not here, ${name}`);
    await person.browse();
    await page.getByRole('button', { name: 'Ask to join Weather Station' }).waitFor();
    await person.expectAccessible(`directory with a group, ${name}`);
    await page.getByRole('link', { name: 'Weather Station' }).click();
    await page.getByText('You can ask to join.').waitFor();
    await person.expectAccessible(`a group from outside, ${name}`);
    await page.getByRole('button', { name: 'Ask to join Weather Station' }).click();
    await page.getByText('You have asked to join.').waitFor();
    await person.expectAccessible(`a group that was asked, ${name}`);
    await page.getByRole('button', { name: 'Withdraw the request to Weather Station' }).click();
    await page.getByRole('button', { name: 'Ask to join Weather Station' }).waitFor();
    await person.toList();
    await page.getByRole('button', { name: 'New room or group' }).click();
    await page.getByRole('dialog').getByText('Group', { exact: true }).click();
    await person.expectAccessible(`new group, ${name}`);
    await page.getByRole('dialog').getByLabel('Name').fill(`Quiet ${count}`);
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: `Quiet ${count}`, level: 1 }).waitFor();
    await page.getByRole('link', { name: `Quiet ${count}` }).waitFor();
    await person.expectAccessible(`a group of one, ${name}`);
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});

test('while it loads the place is kept; when it cannot be loaded that is said, with a way on', async () => {
  const person = await Person.arrive(browser, server);
  const { page } = person;
  let held: (() => void) | undefined;
  let fails = true;
  await page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((frame) => {
      const asked = /"id":(\d+)/.exec(frame.toString())?.[1];
      if (!fails || !frame.includes('group.get')) upstream.send(frame);
      else held = () => socket.send(`{"id":${asked},"error":{"code":107,"message":"bad_request"}}`);
    });
  });
  await page.goto(server.origin);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await person.signIn('noor');
  await page.getByRole('option', { name: 'Weather Station' }).click();
  await page.getByText('Loading', { exact: true }).first().waitFor({ state: 'attached' });
  await expect.poll(() => held !== undefined).toBe(true);
  await person.expectAccessible('a group that loads');
  // A question that waited too long is asked again: the newest is answered.
  const failed = page.getByText('The group could not be loaded');
  await expect.poll(async () => (held?.(), await failed.count())).toBe(1);
  await person.expectAccessible('a group that could not be loaded');
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Group menu' }).waitFor();
  expect(person.complaints).toEqual([]);
  await person.leave();
});

test('nothing is clipped at 320 pixels, in German, and with text at 200 per cent', async () => {
  const person = await Person.arrive(browser, server, { viewport: { width: 320, height: 640 }, locale: 'de-DE' });
  const { page } = person;
  await page.goto(server.origin);
  await page.getByLabel('Kurzname').fill('noor');
  await page.getByLabel('Passwort', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const check = async (): Promise<void> => {
    for (const size of ['', '32px']) {
      await page.evaluate((value) => document.documentElement.style.setProperty('font-size', value), size);
      expect(await wide()).toBe(0);
    }
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  };
  await page.getByRole('option', { name: 'Räume und Gruppen durchsehen' }).click();
  await page.getByRole('link', { name: 'Weather Station' }).waitFor();
  await check();
  await page.getByRole('link', { name: 'Weather Station' }).click();
  await page.getByRole('button', { name: 'Sina Petrov aufnehmen' }).waitFor();
  await check();
  await page.getByRole('button', { name: 'Gruppenmenü' }).click();
  await page.getByRole('button', { name: 'Gruppeneinstellungen' }).click();
  await page.getByRole('dialog').waitFor();
  await check();
  await person.expectAccessible('group settings in German');
  await person.leave();
});

test('found, approve and leave without a mouse', async () => {
  const { page } = owner;
  await page.getByRole('listbox', { name: 'Rooms and groups' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Approve Sina Petrov' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Nobody waits to be let in.').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('group-requests');
  const waiting = await Person.arrive(browser, server);
  await waiting.page.goto(server.origin);
  await waiting.signIn('sina');
  await waiting.page.getByRole('option', { name: 'Weather Station' }).waitFor();
  await waiting.openGroup('Weather Station');
  await waiting.page.getByRole('button', { name: 'Group menu' }).focus();
  await waiting.page.keyboard.press('Enter');
  await waiting.page.getByRole('button', { name: 'Leave group' }).focus();
  await waiting.page.keyboard.press('Enter');
  await waiting.page.getByRole('dialog', { name: 'Leave Weather Station?' }).waitFor();
  await waiting.page.keyboard.press('Tab');
  await waiting.page.keyboard.press('Enter');
  await waiting.page.getByRole('button', { name: 'Ask to join Weather Station' }).waitFor();
  expect(waiting.complaints).toEqual([]);
  await waiting.leave();
});
