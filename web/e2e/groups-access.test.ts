// axe on every screen of a group, in both themes, wide and on a phone; and the way without a mouse.
// Its states: loading and failed share the room's parts; here are empty, filled, outside, asked, removed, not here.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, Person, phone } from './people.ts';
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

describe.each([
  ['light, wide', { colorScheme: 'light' }],
  ['dark, wide', { colorScheme: 'dark' }],
  ['light, phone', { colorScheme: 'light', ...phone }],
  ['dark, phone', { colorScheme: 'dark', ...phone }],
] as const)('%s', (name, options) => {
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
