/** This near to the end counts as being at the end. */
const endPx = 100;
/** Without a scroll event for this long, and without a finger down, scrolling has settled. */
const settledMs = 150;

interface Anchor {
  readonly key: string;
  readonly top: number;
}

export interface ScrollerPorts {
  /** The end of what is drawn is the end of the log, so staying there makes sense. */
  readonly endIsEnd: () => boolean;
  readonly scrolled: () => void;
}

/**
 * Keeps the place in a scrolled list. Whatever is done to the list is done through `keep`: a
 * reader at the end stays at the end, any other reader keeps the line under the eye where it is.
 * Browsers anchor nothing at the very top and differ elsewhere, so their own anchoring is off.
 */
export class Scroller {
  pinned = true;
  private anchors: Anchor[] = [];
  private height = 0;
  private touching = false;
  private lastScroll = 0;
  private readonly observer: ResizeObserver;
  private readonly coarse = matchMedia('(pointer: coarse)').matches;
  private readonly view: HTMLElement;
  private readonly list: HTMLElement;
  private readonly ports: ScrollerPorts;

  constructor(view: HTMLElement, list: HTMLElement, ports: ScrollerPorts) {
    this.view = view;
    this.list = list;
    this.ports = ports;
    this.height = view.clientHeight;
    view.addEventListener('scroll', this.onScroll, { passive: true });
    view.addEventListener('touchstart', this.onTouch, { passive: true });
    view.addEventListener('touchend', this.onTouch, { passive: true });
    view.addEventListener('touchcancel', this.onTouch, { passive: true });
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(view);
    this.observer.observe(list);
  }

  dispose(): void {
    this.observer.disconnect();
    this.view.removeEventListener('scroll', this.onScroll);
    this.view.removeEventListener('touchstart', this.onTouch);
    this.view.removeEventListener('touchend', this.onTouch);
    this.view.removeEventListener('touchcancel', this.onTouch);
  }

  /** Applies a change to the list and puts the reader back, all before anything is painted. */
  keep(change: () => void): void {
    // A view that was resized a moment ago has not been scrolled by anybody.
    if (this.view.clientHeight === this.height) this.pinned = this.atEnd();
    if (this.pinned) {
      change();
      this.toEnd();
      return;
    }
    this.remember();
    change();
    this.restore();
    this.remember();
  }

  toEnd(): void {
    this.pinned = true;
    this.view.scrollTop = this.view.scrollHeight;
  }

  /** To a message, in the middle of the view. */
  toRow(key: string): HTMLElement | undefined {
    const row = this.rowOf(key);
    if (!row) return undefined;
    this.pinned = false;
    row.scrollIntoView({ block: 'center' });
    this.remember();
    return row;
  }

  atEnd(): boolean {
    return this.gap() <= endPx && this.ports.endIsEnd();
  }

  /** How far the end of the list is below the view. */
  gap(): number {
    return this.view.scrollHeight - this.view.scrollTop - this.view.clientHeight;
  }

  /** The list does not fill the view, so nobody could scroll to ask for more. */
  hasRoom(): boolean {
    return this.list.offsetHeight < this.view.clientHeight;
  }

  /** How many rows are above and below what is seen. */
  around(): { above: number; below: number; key: string } {
    const rows = this.list.children;
    const first = this.firstSeen();
    let last = first;
    const bottom = this.view.getBoundingClientRect().bottom;
    while (last < rows.length - 1 && (rows[last + 1] as Element).getBoundingClientRect().top < bottom) last += 1;
    const key = (rows[first] as HTMLElement | undefined)?.dataset['key'] ?? '';
    return { above: first, below: rows.length - 1 - last, key };
  }

  /** On touch devices nothing is put above the reader while momentum runs: it would be lost. */
  settled(): Promise<void> {
    if (!this.coarse) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        const wait = this.touching ? settledMs : this.lastScroll + settledMs - performance.now();
        if (wait <= 0) resolve();
        else setTimeout(look, wait);
      };
      look();
    });
  }

  private readonly onScroll = (): void => {
    this.lastScroll = performance.now();
    if (this.view.clientHeight === this.height) this.pinned = this.atEnd();
    this.remember();
    this.ports.scrolled();
  };

  private readonly onTouch = (event: TouchEvent): void => {
    this.touching = event.touches.length > 0;
  };

  private resized(): void {
    this.height = this.view.clientHeight;
    if (this.pinned) this.toEnd();
    else this.restore();
  }

  /** The line under the eye and its neighbours, in case it is the one that goes. */
  private remember(): void {
    const rows = this.list.children;
    const from = this.firstSeen();
    this.anchors = [];
    for (const step of [0, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5]) {
      const row = rows[from + step] as HTMLElement | undefined;
      const key = row?.dataset['key'];
      if (row && key) this.anchors.push({ key, top: this.topOf(row) });
    }
  }

  private restore(): void {
    for (const anchor of this.anchors) {
      const row = this.rowOf(anchor.key);
      if (!row) continue;
      const moved = this.topOf(row) - anchor.top;
      if (Math.abs(moved) >= 0.5) this.view.scrollTop += moved;
      return;
    }
  }

  /** What is read is the text: a row's own top moves when a name appears above it. */
  private topOf(row: HTMLElement): number {
    const text = row.querySelector('.text') ?? row;
    return text.getBoundingClientRect().top - this.view.getBoundingClientRect().top;
  }

  private rowOf(key: string): HTMLElement | undefined {
    return this.list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? undefined;
  }

  /** Binary search for the first child that reaches into the view. */
  private firstSeen(): number {
    const rows = this.list.children;
    const top = this.view.getBoundingClientRect().top + 1;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle] as Element).getBoundingClientRect().bottom <= top) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, rows.length - 1));
  }
}
