import { MultiBar, type SingleBar } from 'cli-progress';
import { escapeHtml } from '../report/escape.js';
import { cellApi } from '../runtime/cell-api.js';
import { replaceableDisplay } from './display.js';
import type { Row } from './progress-group.js';
import { HBox, VBox } from './widgets/boxes.js';
import { FloatProgress, HTML } from './widgets/shown.js';

/** Where bars are drawn. */
export interface ProgressView {
  draw(rows: readonly Row[]): void;
  /** Draws them for the last time, as they are to stay. */
  close(rows: readonly Row[]): void;
}

/** Widgets where there are comms, else text that is replaced; outside a notebook, the terminal. */
export function openView(): ProgressView {
  const replace = replaceableDisplay();
  if (!replace) return process.stderr.isTTY ? terminalView() : lineView();
  const drawText = (rows: readonly Row[]) => replace({ 'text/plain': linesOf(rows) });
  return cellApi() ? widgetView(replace, drawText) : { draw: drawText, close: drawText };
}

type Replace = NonNullable<ReturnType<typeof replaceableDisplay>>;

/** At the end text takes the widgets' place: it can be read wherever the notebook is. */
function widgetView(replace: Replace, drawText: ProgressView['draw']): ProgressView {
  const parts = new Map<Row, { bar: FloatProgress; text: HTML; box: HBox }>();
  const column = new VBox([]);
  let shown = false;
  return {
    draw(rows) {
      for (const row of rows) {
        const { bar, text } = parts.get(row) ?? addRow(parts, row);
        bar.value = row.share ?? 0;
        bar.state = row.ending ?? 'running';
        text.value = `<code>${escapeHtml(row.details)}</code>`;
      }
      column.children = rows.map((row) => parts.get(row)!.box);
      if (!shown) replace({ ...column.model.viewBundle, 'text/plain': linesOf(rows) });
      shown = true;
    },
    close(rows) {
      drawText(rows);
      column.close();
      for (const { bar, text, box } of parts.values()) {
        for (const widget of [box, bar, text]) widget.close();
      }
    },
  };
}

function addRow(parts: Map<Row, { bar: FloatProgress; text: HTML; box: HBox }>, row: Row) {
  const bar = new FloatProgress({ description: row.label });
  const text = new HTML();
  const part = { bar, text, box: new HBox([bar, text]) };
  parts.set(row, part);
  return part;
}

function terminalView(): ProgressView {
  const bars = new Map<Row, SingleBar>();
  // Its handlers of signals would keep Ctrl-C from ending the program.
  const screen = new MultiBar({
    format: '{line}',
    stream: process.stderr,
    gracefulExit: false,
    emptyOnZero: true,
  });
  const draw = (rows: readonly Row[]) => {
    for (const [row, bar] of bars) {
      if (rows.includes(row)) continue;
      screen.remove(bar);
      bars.delete(row);
    }
    for (const row of rows) {
      const { line } = row;
      const bar = bars.get(row);
      if (bar) bar.update({ line });
      else bars.set(row, screen.create(1, 0, { line }));
    }
  };
  return {
    draw,
    close(rows) {
      draw(rows);
      screen.stop();
    },
  };
}

/** Where nothing can be drawn over: what has ended, a line each. */
function lineView(): ProgressView {
  return {
    draw() {},
    close: (rows) => void process.stderr.write(`${linesOf(rows)}\n`),
  };
}

const linesOf = (rows: readonly Row[]) => rows.map(({ line }) => line).join('\n');
