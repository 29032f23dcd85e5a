import { createSignal, type Accessor } from 'solid-js';
import type { Row } from '../../model/rows.ts';

/** One row on screen: its key never changes, its content does. */
export interface Cell {
  readonly key: string;
  readonly kind: Row['kind'];
  readonly row: Accessor<Row>;
  readonly set: (row: Row) => void;
}

/** Gives every row the cell it had before, so that its nodes are changed in place. */
export function createCells(first: readonly Row[]) {
  let known = new Map<string, Cell>();
  const cellsOf = (rows: readonly Row[]): Cell[] => {
    const next = new Map<string, Cell>();
    for (const row of rows) {
      const cell = known.get(row.key) ?? newCell(row);
      cell.set(row);
      next.set(row.key, cell);
    }
    known = next;
    return [...next.values()];
  };
  const [cells, setCells] = createSignal(cellsOf(first), { equals: sameCells });
  return { cells, draw: (rows: readonly Row[]) => void setCells(cellsOf(rows)) };
}

function newCell(row: Row): Cell {
  const [read, write] = createSignal(row, { equals: sameRow });
  return { key: row.key, kind: row.kind, row: read, set: (next) => void write(() => next) };
}

/** Rows are flat, so a look at their fields is enough. */
function sameRow(before: Row, after: Row): boolean {
  const old = before as unknown as Record<string, unknown>;
  return Object.entries(after).every(([name, value]) => old[name] === value);
}

function sameCells(before: readonly Cell[], after: readonly Cell[]): boolean {
  return before.length === after.length && before.every((cell, index) => cell === after[index]);
}
