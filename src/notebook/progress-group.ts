import { interrupted } from './ask.js';
import { openView, type ProgressView } from './progress-view.js';

/** How a bar ends; `interrupted` also when a loop is left early. */
export type Ending = 'done' | 'failed' | 'interrupted';

/** A bar as it stands. */
export interface Row {
  readonly label: string;
  /** In [0, 1]; null where the total is not known. */
  readonly share: number | null;
  /** What is said after label and bar. */
  readonly details: string;
  /** All of it as text. */
  readonly line: string;
  /** Null while it runs. */
  readonly ending: Ending | null;
}

/** Shortest time between two redraws (ms): quick enough to look alive. */
const REDRAW_EVERY = 100;

/** Bars that run at the same time in a cell: one output, an outer loop's bar above an inner one's. */
export class BarGroup {
  private rows: Row[] = [];
  private view: ProgressView | null = null;
  private lastDrawn = 0;

  constructor(private readonly cell: AbortSignal) {}

  add(row: Row): void {
    this.rows.push(row);
    this.view ??= openView();
    this.drawNow();
  }

  draw(): void {
    if (Date.now() - this.lastDrawn >= REDRAW_EVERY) this.drawNow();
  }

  /** Takes a bar that has ended: an inner one that is done goes, any other stays where it stands. */
  remove(row: Row): void {
    if (row.ending === 'done' && this.rows[0] !== row) {
      this.rows = this.rows.filter((other) => other !== row);
    }
    this.drawNow();
    if (this.rows.some(({ ending }) => ending === null)) return;
    this.view?.close(this.rows);
    groups.delete(this.cell);
  }

  private drawNow(): void {
    this.lastDrawn = Date.now();
    this.view?.draw(this.rows);
  }
}

const groups = new WeakMap<AbortSignal, BarGroup>();

/** The running cell's bars. */
export function barGroup(): BarGroup {
  const cell = interrupted();
  let group = groups.get(cell);
  if (!group) {
    group = new BarGroup(cell);
    groups.set(cell, group);
  }
  return group;
}
