// Chance that can be repeated: KITH_SEED brings back a run's workload and its schedule of faults.
import { randomInt } from 'node:crypto';

export const long = process.env.KITH_CHAOS === 'long';

export class Random {
  constructor(seed) { this.state = seed >>> 0; }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from low to high, both included. */
  whole(low, high) { return low + Math.floor(this.next() * (high - low + 1)); }

  /** Small ones as often as large ones: hand-overs are short, tails are long. */
  scaled(low, high) { return Math.floor(low * (high / low) ** this.next()); }

  pick(list) { return list[this.whole(0, list.length - 1)]; }

  chance(probability) { return this.next() < probability; }

  /** One of its own for each actor, so that the order in which they run changes nothing. */
  branch() { return new Random(this.whole(0, 4294967295)); }
}

/** The run's chance, with its seed printed. */
export function seeded(name) {
  const seed = Number(process.env.KITH_SEED ?? randomInt(1, 2 ** 31));
  console.log(`${name}: KITH_SEED=${seed}`);
  return new Random(seed);
}

/** Pacing and moments of faults only, never a substitute for waiting for a state. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
