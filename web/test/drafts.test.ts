import { describe, expect, test } from 'vitest';
import { Drafts, emptyDraft, type KeyValue } from '../src/model/drafts.ts';

class Memory implements KeyValue {
  readonly items = new Map<string, string>();
  full = false;
  get length() {
    return this.items.size;
  }
  key(index: number) {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.full) throw new Error('quota');
    this.items.set(key, value);
  }
  removeItem(key: string) {
    this.items.delete(key);
  }
}

const item = (nonce: string, room = 'r1') => ({ nonce, room, text: nonce, at: '2026-01-05T10:00:00.000Z' });

describe('drafts', () => {
  test('text and reply target come back in their own room and in no other', () => {
    const memory = new Memory();
    const reply = { seq: 4, author: 'u2', text: 'what?' };
    new Drafts(memory, 'u1').set('r1', { text: 'three\nlines\nhere', reply });
    const later = new Drafts(memory, 'u1');
    expect(later.get('r1')).toEqual({ text: 'three\nlines\nhere', reply });
    expect(later.get('r2')).toEqual(emptyDraft);
    expect(new Drafts(memory, 'u2').get('r1')).toEqual(emptyDraft);
  });

  test('a message on its way to the outbox is in neither place twice nor in none', () => {
    const memory = new Memory();
    const drafts = new Drafts(memory, 'u1');
    drafts.set('r1', { text: 'first' });
    drafts.handOver(item('n1'));
    drafts.handOver(item('n2'));
    expect(drafts.get('r1').text).toBe('');
    expect(new Drafts(memory, 'u1').leaving().map(({ nonce }) => nonce)).toEqual(['n1', 'n2']);
    drafts.handedOver(item('n1'));
    expect(drafts.leaving().map(({ nonce }) => nonce)).toEqual(['n2']);
    drafts.handedOver(item('n2'));
    expect(memory.length).toBe(0);
  });

  test('handing over a message keeps an edit that is under way', () => {
    const drafts = new Drafts(new Memory(), 'u1');
    drafts.set('r1', { text: 'new', edit: { seq: 3, text: 'half an edit' } });
    drafts.handOver(item('n1'));
    expect(drafts.get('r1').edit?.text).toBe('half an edit');
  });

  test('broken or foreign content is an empty draft', () => {
    const memory = new Memory();
    memory.items.set('kith:draft:u1:r1', '{"text":');
    memory.items.set('kith:draft:u1:r2', '[1,2]');
    const drafts = new Drafts(memory, 'u1');
    expect([drafts.get('r1'), drafts.get('r2')]).toEqual([emptyDraft, emptyDraft]);
  });

  test('a full storage does not stop the typing', () => {
    const memory = new Memory();
    memory.full = true;
    expect(() => new Drafts(memory, 'u1').set('r1', { text: 'x' })).not.toThrow();
  });
});
