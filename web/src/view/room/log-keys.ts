/**
 * The log is one tab stop. Arrow keys go from message to message, Escape goes back to the box;
 * Tab from a message reaches its actions and then the box.
 */
export function focusStep(event: KeyboardEvent, list: HTMLElement): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea')) return;
  const rows = [...list.querySelectorAll<HTMLElement>('.row')];
  const here = rows.findIndex((row) => row.contains(target));
  const last = rows.length - 1;
  const steps: Record<string, number> = {
    ArrowUp: here < 0 ? last : Math.max(0, here - 1),
    ArrowDown: here < 0 ? last : Math.min(last, here + 1),
    Home: 0,
    End: last,
  };
  if (event.key === 'Escape') {
    document.querySelector<HTMLElement>('.write textarea')?.focus();
  } else if (event.key in steps) {
    event.preventDefault();
    rows[steps[event.key] as number]?.focus();
  }
}
