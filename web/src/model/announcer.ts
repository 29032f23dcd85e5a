/** Above this many rows in this time a number is said instead of every sentence. */
const manyRows = 3;
const withinMs = 2_000;

/** Decides what a screen reader hears of new messages; history is never read out. */
export class Announcer {
  private recent: number[] = [];

  /** The sentence for one more row, or for all recent ones when they come too fast. */
  next<T>(now: number, one: () => T, many: (count: number) => T): T {
    this.recent = this.recent.filter((at) => now - at < withinMs);
    this.recent.push(now);
    return this.recent.length > manyRows ? many(this.recent.length) : one();
  }
}
