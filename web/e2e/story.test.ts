// Screens: first administrator, register, sign-in, directory (empty, filled), room (empty, filled),
// removed, not here.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, Person } from './people.ts';
import { Server } from './server.ts';

const server = new Server();
let browser: Browser;
let noor: Person;
let ilse: Person;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  noor = await Person.arrive(browser, server);
  ilse = await Person.arrive(browser, server);
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

test('the newcomer: one-time link, a room, a second person, a conversation', async () => {
  await noor.setUp('Noor Haddad', 'noor');
  await noor.page.getByText('No rooms yet').waitFor();
  await noor.createRoom('Sensors', 'Wind and rain');
  await noor.page.getByText('Nobody has written here yet').waitFor();

  await ilse.register('Ilse Brandt', 'ilse');
  await ilse.join('Sensors');
  await noor.page.locator('.aside').getByText('Ilse Brandt').waitFor();
  await expect.poll(() => noor.page.locator('.aside h2').first().textContent()).toMatch(/Online\s+2/);

  await noor.say('Sensors', 'The boards are back');
  await ilse.hears('The boards are back');
  await ilse.say('Sensors', 'All five?');
  await noor.hears('The boards are back', 'All five?');
});

test('somebody types, and the line goes with the message', async () => {
  await ilse.box('Sensors').pressSequentially('One leaks');
  await noor.page.getByText('Ilse Brandt is typing').waitFor();
  await ilse.box('Sensors').press('Enter');
  await noor.row('One leaks').waitFor();
  expect(await noor.page.getByText('Ilse Brandt is typing').count()).toBe(0);
});

test('a reply quotes, an edit is marked, a deletion leaves a tombstone in place', async () => {
  await noor.row('All five?').hover();
  await noor.row('All five?').getByRole('button', { name: 'Reply' }).click();
  await noor.say('Sensors', 'All but one');
  await ilse.row('All but one').locator('.quote', { hasText: 'All five?' }).waitFor();

  await noor.confirmed('All but one').waitFor();
  await noor.box('Sensors').press('ArrowUp');
  const edit = noor.page.getByRole('textbox', { name: 'Edit message' });
  await edit.fill('All but the second');
  await edit.press('Enter');
  await ilse.row('All but the second').getByText('edited').waitFor();

  await ilse.row('One leaks').hover();
  await ilse.row('One leaks').getByRole('button', { name: 'Delete' }).click();
  await ilse.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await noor.hears('The boards are back', 'All five?', 'Message deleted.', 'All but the second');

  // The owner may take away what others wrote.
  await noor.row('All five?').first().hover();
  await noor.row('All five?').first().getByRole('button', { name: 'Delete' }).click();
  await noor.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await ilse.hears('The boards are back', 'Message removed by Noor Haddad.', 'Message deleted.', 'All but the second');
  await ilse.row('All but the second').locator('.quote', { hasText: 'Deleted message' }).waitFor();
});

test('a row is changed in place and never made anew', async () => {
  const row = ilse.row('The boards are back').first();
  await row.evaluate((node) => node.setAttribute('data-same', 'yes'));
  await noor.row('The boards are back').hover();
  await noor.row('The boards are back').getByRole('button', { name: 'Edit' }).click();
  const edit = noor.page.getByRole('textbox', { name: 'Edit message' });
  await edit.fill('The boards are here');
  await edit.press('Enter');
  await ilse.row('The boards are here').waitFor();
  expect(await ilse.row('The boards are here').getAttribute('data-same')).toBe('yes');
});

test('who is removed from the room is told so, keeps the draft, and may come back', async () => {
  await ilse.box('Sensors').fill('half a thou');
  await noor.page.locator('.person', { hasText: 'Ilse' }).hover();
  await noor.page.getByRole('button', { name: 'Remove Ilse Brandt' }).click();
  await noor.page.getByRole('button', { name: 'Remove from room' }).click();
  await ilse.page.getByText('You are no longer in this room').waitFor();
  await ilse.expectAccessible('removed from the room');
  await expect.poll(() => noor.page.locator('.person').count()).toBe(1);
  await noor.say('Sensors', 'Between us');

  await ilse.join('Sensors');
  expect(await ilse.box('Sensors').inputValue()).toBe('half a thou');
  await ilse.row('Between us').waitFor();
});

test('a room that is not there says so', async () => {
  await ilse.page.goto(`${server.origin}/room/nowhere`);
  await ilse.page.getByText('This room is not here').waitFor();
  await ilse.expectAccessible('a room that is not here');
});

test('leaving takes the room out of the list; its address offers to join', async () => {
  await ilse.goTo('Sensors');
  const address = ilse.page.url();
  await ilse.page.getByRole('button', { name: 'Room menu' }).click();
  await ilse.page.getByRole('button', { name: 'Leave room' }).click();
  await ilse.page.getByRole('button', { name: 'Join Sensors' }).waitFor();
  expect(await ilse.page.getByRole('option', { name: 'Sensors' }).count()).toBe(0);

  await ilse.page.goto(address);
  await ilse.page.getByText('You are not in Sensors').waitFor();
  await ilse.expectAccessible('a room of which one is not a member');
  await ilse.page.getByRole('button', { name: 'Join' }).click();
  await ilse.row('Between us').waitFor();
});

test('signing out ends every tab; the way back is the sign-in, and wrong words stand beside their field', async () => {
  const second = await noor.page.context().newPage();
  await second.goto(server.origin);
  await second.getByRole('textbox', { name: 'Message Sensors' }).fill('not finished');
  await noor.page.getByRole('button', { name: 'Settings' }).click();
  await noor.page.getByRole('button', { name: 'Sign out' }).click();
  await noor.page.getByRole('heading', { name: 'Sign in to Kith' }).waitFor();
  await second.getByText('You were signed out').waitFor();

  await noor.page.getByLabel('Handle').fill('noor');
  await noor.page.getByLabel('Password', { exact: true }).fill('not the password');
  await noor.page.getByRole('button', { name: 'Sign in' }).click();
  await noor.page.getByText('do not belong together').waitFor();
  await noor.signIn('noor');
  await noor.box('Sensors').waitFor();
  expect(await noor.box('Sensors').inputValue()).toBe('not finished');
  await second.close();
  expect(noor.complaints).toEqual([]);
  expect(ilse.complaints).toEqual([]);
});

test('the one-time link works once', async () => {
  const late = await Person.arrive(browser, server);
  await late.page.goto(server.setupLink);
  await late.page.getByLabel('Your name').fill('Mallory');
  await late.page.getByLabel('Handle').fill('mallory');
  await late.page.getByLabel('Password', { exact: true }).fill('long enough for this');
  await late.page.getByRole('button', { name: 'Create administrator' }).click();
  await late.page.getByText('This server is set up already').waitFor();
  await late.leave();
});
