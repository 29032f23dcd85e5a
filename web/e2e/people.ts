import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A server, or what stands before one. */
export interface Place {
  readonly origin: string;
  readonly setupLink?: string;
}

export const password = 'anemometer boards on the roof';
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** How the page is looked at: each screen in both themes, wide and on a phone. */
export const looks = [
  ['light, wide', { colorScheme: 'light' }],
  ['dark, wide', { colorScheme: 'dark' }],
  ['light, phone', { colorScheme: 'light', ...phone }],
  ['dark, phone', { colorScheme: 'dark', ...phone }],
] as const;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    chromiumSandbox: false,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none', '--lang=en-US'],
  });
}

/** One person with a browser of his own. Whatever the console complains about fails the test. */
export class Person {
  readonly page: Page;
  readonly complaints: string[] = [];
  private readonly server: Place;
  private loads = 0;

  private constructor(page: Page, server: Place) {
    this.page = page;
    this.server = server;
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // The browser itself reports a refused connection and the 401 that asks who is there.
      if (/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INTERNET|Error during WebSocket|WebSocket connection to/.test(message.text())) return;
      if (message.text().includes('401') && message.location().url.endsWith('/api/v1/me')) return;
      if (/\b(401|404|409|410|422)\b/.test(message.text()) && message.location().url.includes('/api/v1/')) return;
      this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? error.message));
    page.on('load', () => {
      this.loads += 1;
    });
  }

  static async arrive(browser: Browser, server: Place, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(15_000);
    await context.addInitScript({ content: axeSource });
    return new Person(await context.newPage(), server);
  }

  /** A new tab of somebody who closed the one before. */
  static async again(context: BrowserContext, server: Place): Promise<Person> {
    return new Person(await context.newPage(), server);
  }

  /** The newcomer's way by the one-time link. */
  async setUp(name: string, handle: string): Promise<void> {
    await this.page.goto(this.server.setupLink ?? '');
    await this.fillIn(name, handle);
    await this.page.getByRole('button', { name: 'Create administrator' }).click();
    await this.page.getByRole('listbox', { name: 'Rooms' }).waitFor();
  }

  async register(name: string, handle: string): Promise<void> {
    await this.page.goto(this.server.origin);
    await this.page.getByRole('link', { name: 'Make an account' }).click();
    await this.fillIn(name, handle);
    await this.page.getByRole('button', { name: 'Make account' }).click();
    await this.page.getByRole('listbox', { name: 'Rooms' }).waitFor();
  }

  async signIn(handle: string): Promise<void> {
    await this.page.getByLabel('Handle').fill(handle);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async createRoom(name: string, topic = ''): Promise<void> {
    await this.page.getByRole('button', { name: 'New room' }).first().click();
    const dialog = this.page.getByRole('dialog', { name: 'New room' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Topic').fill(topic);
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await this.box(name).waitFor();
  }

  async foundGroup(name: string, description: string, who: string): Promise<void> {
    await this.page.getByRole('button', { name: 'New room or group' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByText('Group', { exact: true }).click();
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Description').fill(description);
    await dialog.getByText(who).click();
    await dialog.getByRole('button', { name: 'Create group' }).click();
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
    await this.page.getByRole('button', { name: 'Group menu' }).waitFor();
  }

  /** By its row in the side list. */
  async openGroup(name: string): Promise<void> {
    await this.page.getByRole('option', { name }).first().click();
    await this.page.getByRole('button', { name: 'Group menu' }).waitFor();
  }

  async goInto(option: string, room: string): Promise<void> {
    await this.page.getByRole('option', { name: option }).click();
    await this.box(room).waitFor();
  }

  async join(name: string): Promise<void> {
    await this.browse();
    await this.page.getByRole('button', { name: `Join ${name}` }).click();
    await this.box(name).waitFor();
  }

  async browse(): Promise<void> {
    await this.toList();
    await this.page.getByRole('option', { name: 'Browse rooms' }).click();
    await this.page.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();
  }

  /** On a phone the list is a screen of its own. */
  async toList(): Promise<void> {
    const back = this.page.getByRole('link', { name: 'Back to the list' });
    if (await back.isVisible()) await back.click();
  }

  async goTo(name: string): Promise<void> {
    await this.page.getByRole('option', { name }).click();
    await this.box(name).waitFor();
  }

  async chooseInGroup(what: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Group menu' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: what }).click();
  }

  async chooseInRoom(what: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Room menu' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: what }).click();
  }

  box(room: string): Locator {
    return this.page.getByRole('textbox', { name: `Message ${room}` });
  }

  async say(room: string, text: string): Promise<void> {
    await this.box(room).fill(text);
    await this.box(room).press('Enter');
  }

  row(text: string): Locator {
    return this.page.locator('.row', { hasText: text });
  }

  /** A row that the server has answered for: it can be edited and deleted. */
  confirmed(text: string): Locator {
    return this.page.locator('.row:not([data-seq="0"])', { hasText: text });
  }

  /** Texts of the log from top to bottom. */
  said(): Promise<string[]> {
    return this.page.locator('.row .text').evaluateAll((nodes) =>
      nodes.map((node) => (node.firstChild?.textContent ?? '').trim()),
    );
  }

  async hears(...texts: string[]): Promise<void> {
    await expect.poll(() => this.said(), { timeout: 15_000 }).toEqual(texts);
  }

  async expectAccessible(screen: string): Promise<void> {
    // Its code may still be on the way.
    await this.page.locator('h1').first().waitFor({ state: 'attached' });
    const found = await this.page.evaluate(async () => {
      const axe = (window as unknown as { axe: typeof import('axe-core') }).axe;
      // Colours in the middle of a transition are nobody's fault.
      await Promise.allSettled(document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity).map(({ finished }) => finished));
      const results = await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return results.violations.map((violation) => ({
        rule: violation.id,
        nodes: violation.nodes.map((node) => `${node.html.slice(0, 120)} — ${node.failureSummary ?? ''}`),
      }));
    });
    expect(found, screen).toEqual([]);
  }

  /** Nothing complained, and the page was never loaded again behind the person's back. */
  expectCalm(loads = this.loads): void {
    expect(this.complaints).toEqual([]);
    expect(this.loads).toBe(loads);
  }

  get loadCount(): number {
    return this.loads;
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }

  private async fillIn(name: string, handle: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Handle').fill(handle);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
  }
}
