// axe on every screen, in both themes, wide and on a phone; and the way without a mouse.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, looks, Person } from './people.ts';
import { Server } from './server.ts';

const server = new Server();
let browser: Browser;
let count = 0;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  const first = await Person.arrive(browser, server);
  await first.page.goto(server.setupLink);
  await first.page.getByLabel('Your name').waitFor();
  await first.expectAccessible('first administrator');
  await first.page.getByRole('button', { name: 'Create administrator' }).click();
  await first.expectAccessible('first administrator with errors');
  await first.setUp('Noor Haddad', 'noor');
  await first.expectAccessible('empty directory');
  await first.createRoom('Sensors', 'Wind, rain, soil and light');
  await first.expectAccessible('empty room');
  for (const text of ['Hello', 'https://a.example/ is where', 'Third']) await first.say('Sensors', text);
  await first.row('Third').waitFor();
  await first.leave();
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

describe.each(looks)('%s', (name, options) => {
  test('every screen is free of findings', async () => {
    count += 1;
    const person = await Person.arrive(browser, server, options);
    const { page } = person;
    await page.goto(server.origin);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await person.expectAccessible(`sign-in, ${name}`);
    await page.getByRole('link', { name: 'Make an account' }).click();
    await page.getByLabel('Your name').waitFor();
    await person.expectAccessible(`register, ${name}`);
    await person.register('Ilse Brandt', `ilse-${count}`);
    await person.expectAccessible(`home, ${name}`);
    await person.browse();
    await page.getByRole('button', { name: 'Join Sensors' }).waitFor();
    await person.expectAccessible(`directory, ${name}`);
    await person.join('Sensors');
    await person.row('Third').first().waitFor();
    // Others wrote here before; only what the server has confirmed can be edited.
    const mine = `Mine, ${name}`;
    await person.say('Sensors', mine);
    await person.confirmed(mine).waitFor();
    await person.expectAccessible(`room, ${name}`);

    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('button', { name: 'Leave room' }).waitFor();
    await person.expectAccessible(`room menu, ${name}`);
    await page.keyboard.press('Escape');
    await person.box('Sensors').press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit message' }).waitFor();
    await person.expectAccessible(`editing, ${name}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await person.expectAccessible(`switcher, ${name}`);
    await page.keyboard.press('Escape');
    if (options.colorScheme && 'isMobile' in options) {
      await page.getByRole('button', { name: /^Members/ }).click();
      await page.locator('.person').first().waitFor();
      await person.expectAccessible(`members, ${name}`);
      await page.getByRole('link', { name: 'Back to the list' }).click();
    }
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog').waitFor();
    await person.expectAccessible(`settings, ${name}`);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await person.expectAccessible(`shortcuts, ${name}`);
    await page.keyboard.press('Escape');
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});

test('theme and language are chosen at once and kept', async () => {
  const person = await Person.arrive(browser, server, { colorScheme: 'light' });
  const { page } = person;
  await person.register('Dark German', 'dark');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Dark' }).check();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.reload();
  await page.getByRole('button', { name: 'Einstellungen' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await person.expectAccessible('German and dark by choice');
  await person.leave();
});

test('join, send, edit, delete and leave without a mouse', async () => {
  const person = await Person.arrive(browser, server);
  const { page } = person;
  await person.register('Keys Only', 'keys');
  await page.getByRole('listbox', { name: 'Rooms' }).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Join Sensors' }).focus();
  await page.keyboard.press('Enter');
  await person.box('Sensors').waitFor();
  await expect.poll(() => person.box('Sensors').evaluate((box) => box === document.activeElement)).toBe(true);
  await page.keyboard.type('by keys');
  await page.keyboard.press('Enter');
  await person.confirmed('by keys').waitFor();
  await page.keyboard.press('ArrowUp');
  await page.getByRole('textbox', { name: 'Edit message' }).waitFor();
  await page.keyboard.press('End');
  await page.keyboard.type(' alone');
  await page.keyboard.press('Enter');
  await person.row('by keys alone').waitFor();
  await expect.poll(() => person.box('Sensors').evaluate((box) => box === document.activeElement)).toBe(true);
  await page.getByRole('list', { name: 'Messages in Sensors' }).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Message deleted.').waitFor();
  await page.getByRole('button', { name: 'Room menu' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Leave room' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Join Sensors' }).waitFor();
  expect(person.complaints).toEqual([]);
  await person.leave();
});

test('a dialog that goes gives the focus back, but takes it from nobody who has gone on', async () => {
  const person = await Person.arrive(browser, server);
  const { page } = person;
  await person.register('Gone On', 'gone-on');
  await person.join('Sensors');
  const menu = page.getByRole('button', { name: 'Room menu' });
  await menu.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => menu.evaluate((button) => button === document.activeElement)).toBe(true);
  await menu.click();
  await page.getByRole('dialog').waitFor();
  // Closed by itself, as Esc does it; what follows runs before the page hears of that.
  await page.evaluate(() => {
    document.querySelector('dialog')?.close();
    document.querySelector<HTMLElement>('.write textarea')?.focus();
  });
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await person.box('Sensors').evaluate((box) => box === document.activeElement)).toBe(true);
  await person.leave();
});

test('nothing is clipped at 320 pixels and with text at 200 per cent', async () => {
  const person = await Person.arrive(browser, server, { viewport: { width: 320, height: 640 } });
  await person.register('Narrow', 'narrow');
  await person.join('Sensors');
  await person.row('Third').first().waitFor();
  const wide = () => person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await wide()).toBe(0);
  await person.page.evaluate(() => document.documentElement.style.setProperty('font-size', '32px'));
  expect(await wide()).toBe(0);
  await person.leave();
});
