/** Measured start values; the browser bench is where to tune them. */
export const directLimitMs = 8;
export const collectEveryMs = 80;
export const calmMs = 4;
export const calmTimes = 10;

export interface PacePorts {
  readonly now: () => number;
  readonly later: (run: () => void, ms: number) => void;
  /** Draws all that is waiting; is told how many changes that is. */
  readonly draw: (waiting: number) => void;
}

/**
 * When changes are drawn. At once is best for the hand that types, until drawing takes too long;
 * then changes are collected and drawn by a timer, so that input always gets its turn. Which of
 * the two is decided by what drawing was measured to cost.
 */
export class Pace {
  private waiting = 0;
  private collecting = false;
  private timer = false;
  private calm = 0;
  private readonly ports: PacePorts;

  constructor(ports: PacePorts) {
    this.ports = ports;
  }

  changed(): void {
    this.waiting += 1;
    if (!this.collecting) this.draw();
    else this.arm();
  }

  private arm(): void {
    if (this.timer) return;
    this.timer = true;
    this.ports.later(() => {
      this.timer = false;
      if (this.waiting > 0) this.draw();
    }, collectEveryMs);
  }

  private draw(): void {
    const waiting = this.waiting;
    this.waiting = 0;
    const start = this.ports.now();
    this.ports.draw(waiting);
    const took = this.ports.now() - start;
    if (!this.collecting) {
      this.collecting = took > directLimitMs;
      this.calm = 0;
      return;
    }
    this.calm = took < calmMs ? this.calm + 1 : 0;
    if (this.calm >= calmTimes) this.collecting = false;
  }
}
