/** Between two runs of the same thing. */
export const calmMs = 1_000;

export interface CalmPorts {
  readonly later: (run: () => void, ms: number) => void;
  readonly run: () => void;
}

/**
 * Runs at once when asked after a quiet second, else when the second is over: once for all that
 * asked. What cannot wait runs in between.
 */
export class Calm {
  private resting = false;
  private wanted = false;
  private readonly ports: CalmPorts;

  constructor(ports: CalmPorts) {
    this.ports = ports;
  }

  ask(atOnce = false): void {
    if (this.resting && !atOnce) {
      this.wanted = true;
      return;
    }
    this.wanted = false;
    this.ports.run();
    if (this.resting) return;
    this.resting = true;
    this.ports.later(() => {
      this.resting = false;
      if (this.wanted) this.ask();
    }, calmMs);
  }
}
