// Groups: founded, asked for, approved, left; each step seen live by a second person.
import type { Browser, Locator } from 'playwright-core';
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
  await noor.setUp('Noor Haddad', 'noor');
  await ilse.register('Ilse Brandt', 'ilse');
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

function button(person: Person, name: string | RegExp): Locator {
  return person.page.getByRole('button', { name });
}

function heading(person: Person, name: string): Locator {
  return person.page.getByRole('heading', { name, level: 1 });
}

test('who founds a group is in it and in its main room; others find it and ask', async () => {
  await noor.foundGroup('Weather Station', 'An open station that anyone can solder', 'Who is let in');
  await noor.page.getByText('Nobody waits to be let in.').waitFor();
  await noor.page.getByRole('option', { name: 'Main room' }).waitFor();

  await ilse.browse();
  await ilse.page.getByPlaceholder('Search by name or topic').fill('weather');
  await button(ilse, 'Ask to join Weather Station').click();
  await button(ilse, 'Withdraw the request to Weather Station').waitFor();
  await button(noor, 'Approve Ilse Brandt').waitFor();
  await noor.page.getByRole('option', { name: 'Weather Station' }).getByLabel('1 request').waitFor();
});

test('a request is withdrawn, made again, declined with a reason, and made once more', async () => {
  await button(ilse, 'Withdraw the request to Weather Station').click();
  await button(noor, 'Approve Ilse Brandt').waitFor({ state: 'detached' });
  await ilse.page.getByRole('link', { name: 'Weather Station' }).click();
  await button(ilse, 'Ask to join Weather Station').click();
  await ilse.page.getByText('You have asked to join.').waitFor();
  await button(noor, 'Decline Ilse Brandt').click();
  const dialog = noor.page.getByRole('dialog', { name: 'Decline the request of Ilse Brandt?' });
  await dialog.getByLabel('Reason').fill('Tell us more');
  await dialog.getByRole('button', { name: 'Decline' }).click();
  await ilse.page.getByText('Your request was declined: Tell us more').waitFor();
  await button(ilse, 'Ask to join Weather Station').click();
  await button(noor, 'Approve Ilse Brandt').waitFor();
});

test('an approval arrives without a reload; both talk in the main room and see who types', async () => {
  await button(noor, 'Approve Ilse Brandt').click();
  await button(ilse, 'Group menu').waitFor();
  await noor.page.getByText('Nobody waits to be let in.').waitFor();
  await expect.poll(() => noor.page.locator('.aside .person').count()).toBe(2);
  await ilse.goInto('Main room', 'Weather Station');
  await noor.goInto('Main room', 'Weather Station');
  await ilse.box('Weather Station').pressSequentially('thank you');
  await noor.page.getByText('Ilse Brandt is typing').waitFor();
  await ilse.box('Weather Station').press('Enter');
  await noor.row('thank you').waitFor();
});

test('a room made in the group stands in it for everybody, who joins it from there', async () => {
  await noor.openGroup('Weather Station');
  await ilse.openGroup('Weather Station');
  await button(noor, 'New room').last().click();
  const dialog = noor.page.getByRole('dialog', { name: 'New room' });
  await dialog.getByLabel('Name').fill('Sensors');
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await noor.box('Sensors').waitFor();
  await button(ilse, 'Join Sensors').click();
  await ilse.box('Sensors').waitFor();
  await noor.say('Sensors', 'wind, rain, soil');
  await ilse.row('wind, rain, soil').waitFor();
});

test('the rooms of a group are folded away and shown again, by keys and by the mouse, and it is kept', async () => {
  const list = ilse.page.getByRole('listbox', { name: 'Rooms and groups' });
  const inner = ilse.page.getByRole('option', { name: 'Main room' });
  await ilse.openGroup('Weather Station');
  await list.focus();
  await ilse.page.keyboard.press('ArrowLeft');
  await inner.waitFor({ state: 'detached' });
  await ilse.page.reload();
  await ilse.page.getByRole('option', { name: /Weather Station\s*, closed/ }).waitFor();
  expect(await inner.count()).toBe(0);
  await list.focus();
  await ilse.page.keyboard.press('ArrowRight');
  await inner.waitFor();
  await ilse.page.locator('.fold').click();
  await inner.waitFor({ state: 'detached' });
  await ilse.page.locator('.fold').click();
  await inner.waitFor();
  expect(new URL(ilse.page.url()).pathname).toMatch(/^\/group\//);
});

test('settings are seen by everybody at once, and new members are led into the default rooms', async () => {
  await noor.openGroup('Weather Station');
  await button(noor, 'Group menu').click();
  await button(noor, 'Group settings').click();
  const dialog = noor.page.getByRole('dialog', { name: 'Group settings' });
  await dialog.getByLabel('Name').fill('Weather Stations');
  await dialog.getByLabel('Description').fill('Anyone can solder one');
  await dialog.getByText('Everybody').click();
  await dialog.getByLabel('Most members').fill('two');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('A whole number, or nothing.').waitFor();
  await dialog.getByLabel('Most members').fill('3');
  await dialog.getByRole('checkbox', { name: 'Sensors' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await heading(noor, 'Weather Stations').waitFor();
  await ilse.openGroup('Weather Stations');
  await ilse.page.getByText('Anyone can solder one').waitFor();
  await ilse.page.getByText('open to all').first().waitFor();

  const omar = await Person.arrive(browser, server);
  await omar.register('Omar Sadiq', 'omar');
  await omar.browse();
  await button(omar, 'Join Weather Stations').click();
  await button(omar, 'Group menu').waitFor();
  await omar.page.getByRole('option', { name: 'Sensors' }).waitFor();
  await ilse.page.locator('.aside').getByText('Omar Sadiq').waitFor();

  const late = await Person.arrive(browser, server);
  await late.register('Late Comer', 'late');
  await late.browse();
  await button(late, 'Join Weather Stations').click();
  await late.page.getByText('It is full.').waitFor();
  await late.leave();

  await button(omar, 'Group menu').click();
  await button(omar, 'Leave group').click();
  await omar.page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
  await button(omar, 'Join Weather Stations').waitFor();
  expect(await omar.page.getByRole('option', { name: 'Sensors' }).count()).toBe(0);
  await ilse.page.locator('.aside').getByText('Omar Sadiq').waitFor({ state: 'detached' });
  expect(omar.complaints).toEqual([]);
  await omar.leave();
});

test('what was asked while the owner was away waits for him when he is back', async () => {
  await noor.openGroup('Weather Stations');
  await noor.chooseInGroup('Group settings');
  const dialog = noor.page.getByRole('dialog', { name: 'Group settings' });
  await dialog.getByText('Who is let in').click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await noor.page.getByText('Nobody waits to be let in.').waitFor();
  await noor.page.context().setOffline(true);
  await noor.page.getByText('Offline. Messages').waitFor();
  const tariq = await Person.arrive(browser, server);
  await tariq.register('Tariq Aziz', 'tariq');
  await tariq.browse();
  await button(tariq, 'Ask to join Weather Stations').click();
  await button(tariq, 'Withdraw the request to Weather Stations').waitFor();
  await noor.page.context().setOffline(false);
  await button(noor, 'Approve Tariq Aziz').waitFor();
  await tariq.page.goto(server.origin);
  await tariq.browse();
  await button(tariq, 'Withdraw the request to Weather Stations').click();
  await button(noor, 'Approve Tariq Aziz').waitFor({ state: 'detached' });
  await tariq.leave();
  await noor.chooseInGroup('Group settings');
  await dialog.getByText('Everybody').click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await noor.page.getByText('open to all').first().waitFor();
});

test('who is removed is told so at once, and why, and hears no more of its rooms', async () => {
  await noor.openGroup('Weather Stations');
  await noor.page.locator('.person', { hasText: 'Ilse' }).hover();
  await button(noor, 'Remove Ilse Brandt').click();
  const dialog = noor.page.getByRole('dialog', { name: 'Remove Ilse Brandt from this group?' });
  await dialog.getByLabel('Reason').fill('Noise');
  await dialog.getByRole('button', { name: 'Remove from group' }).click();
  await ilse.page.getByText('Its owner removed you: Noise').waitFor();
  await expect.poll(() => ilse.page.getByRole('option', { name: 'Sensors' }).count()).toBe(0);
  await expect.poll(() => noor.page.locator('.aside .person').count()).toBe(1);
  await ilse.browse();
  await button(ilse, 'Join Weather Stations').click();
  await button(ilse, 'Group menu').waitFor();
});

test('room settings, archive and its end are seen by everybody in the room', async () => {
  await ilse.goTo('Sensors');
  await noor.goTo('Sensors');
  await noor.chooseInRoom('Room settings');
  const dialog = noor.page.getByRole('dialog', { name: 'Room settings' });
  await dialog.getByLabel('Name').fill('Probes');
  await dialog.getByLabel('Topic').fill('What the wind does');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await heading(ilse, 'Probes').waitFor();
  await ilse.page.getByText('What the wind does').waitFor();

  await ilse.box('Probes').fill('half a thought');
  await noor.chooseInRoom('Archive room');
  await ilse.page.getByText('This room is archived. You can read it.').waitFor();
  expect(await ilse.box('Probes').count()).toBe(0);
  expect(await button(ilse, 'Take up again').count()).toBe(0);
  await button(noor, 'Take up again').click();
  await ilse.box('Probes').waitFor();
  expect(await ilse.box('Probes').inputValue()).toBe('half a thought');

  await noor.chooseInRoom('Delete room');
  await noor.page.getByRole('dialog').getByRole('button', { name: 'Delete room' }).click();
  await ilse.page.getByText('This room was deleted').waitFor();
  await noor.page.getByText('This room was deleted').waitFor();
  await expect.poll(() => ilse.page.getByRole('option', { name: 'Probes' }).count()).toBe(0);
  await noor.openGroup('Weather Stations');
  expect(await noor.page.getByRole('link', { name: 'Probes' }).count()).toBe(0);
  await ilse.openGroup('Weather Stations');
});

test('a deleted group is gone for everybody, with its rooms', async () => {
  await button(noor, 'Group menu').click();
  await button(noor, 'Delete group').click();
  await noor.page.getByRole('dialog').getByRole('button', { name: 'Delete group' }).click();
  await ilse.page.getByText('This group was deleted').waitFor();
  await noor.page.getByRole('heading', { name: 'Rooms and groups', level: 1 }).waitFor();
  for (const person of [noor, ilse]) {
    await expect.poll(() => person.page.getByRole('option').count()).toBe(1);
    expect(person.complaints).toEqual([]);
  }
});
