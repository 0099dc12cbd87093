import { sep } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

/** How positions in a compiled file lead back to what its author wrote. */
interface Source {
  /** What tracebacks call it. */
  label: string;
  /** Source maps in the order they are to be followed, compiled code first. */
  maps: (string | TraceMap)[];
  /** Lines that stand before the author's first. */
  skip: number;
}

/** Compiled code by file name; rewrites stack traces in terms of what its author wrote. */
export class Stacks {
  private readonly sources = new Map<string, Source>();
  private readonly formatter = Error.prepareStackTrace;

  /** @param machinery - the folder of the kernel's own code, whose frames are no news. */
  constructor(private readonly machinery: string) {
    // On each read of `stack`, so that what a cell prints itself is in these terms as well.
    Error.prepareStackTrace = (error, sites) => [headline(error), ...this.mapped(sites)].join('\n');
  }

  /** @returns the name under which code of that name is to be compiled. */
  add(label: string, maps: string[], skip = 0, unique = false): string {
    let name = label;
    for (let n = 2; unique && this.sources.has(name); n++) name = `${label}#${n}`;
    this.sources.set(name, { label, maps, skip });
    return name;
  }

  close(): void {
    Error.prepareStackTrace = this.formatter;
  }

  private mapped(sites: NodeJS.CallSite[]): string[] {
    const frames = sites.map((site) => {
      const [file, row, column] = [
        site.getFileName(),
        site.getLineNumber(),
        site.getColumnNumber(),
      ];
      return { line: `    at ${site}`, file, row: row ?? 0, column: column ?? 0 };
    });
    // An error of the kernel itself is told in full.
    if (!frames.some(({ file }) => file && this.sources.has(file))) {
      return frames.map(({ line }) => line);
    }
    return frames.flatMap(({ line, file, row, column }) => {
      const location = `${file}:${row}:${column}`;
      const at = line.lastIndexOf(location);
      if (!file || at === -1) {
        return /^\s+at (?:async )?new Promise|<anonymous>/.test(line) ? [line] : [];
      }
      if (this.isMachinery(file)) return [];
      const place = this.place(file, row, column);
      if (place === null) return [];
      return [`${line.slice(0, at)}${place}${line.slice(at + location.length)}`];
    });
  }

  private isMachinery(file: string): boolean {
    return file.startsWith('node:') || file.startsWith(this.machinery + sep);
  }

  private place(file: string, line: number, column: number): string | null {
    const source = this.sources.get(file);
    if (!source) return `${file}:${line}:${column}`;
    let position = { line, column: column - 1 };
    for (const [i, map] of source.maps.entries()) {
      const trace = typeof map === 'string' ? new TraceMap(map) : map;
      source.maps[i] = trace;
      const { line, column } = originalPositionFor(trace, position);
      // Code of ours around the author's.
      if (line === null) return null;
      position = { line, column };
    }
    if (position.line <= source.skip) return null;
    return `${source.label}:${position.line - source.skip}:${position.column + 1}`;
  }
}

function headline(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}
