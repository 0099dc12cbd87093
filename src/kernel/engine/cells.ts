import { join } from 'node:path';
import ts from '@typescript/typescript6';
import { declarationsOf } from './declarations.js';
import { EMPTY, headerOf, keysOf, SCOPE, type Slot } from './slot.js';

/** How many files are added when none is free. */
const CHUNK = 64;

/**
 * The cells of a notebook as the files of one TypeScript program.
 *
 * TypeScript makes a new program quickly as long as no file's list of imports changes. So the files
 * exist before the cells do, and all import the same one module, `cell:scope`, which exports each
 * name of each cell under a name of its own, `x` of slot 3 as `x$3`, and in turn imports all of them.
 */
export class Cells {
  readonly scopeFile: string;
  scopeVersion = 0;
  private scopeSnapshot = ts.ScriptSnapshot.fromString('');
  private readonly slots: Slot[] = [];
  /** The cell that holds the newest declaration of a name, or had an effect last. */
  private readonly live = new Map<string, Slot>();
  private readonly byFile = new Map<string, Slot>();

  /** @param cwd - the notebook's folder, where relative imports start from. */
  constructor(private readonly cwd: string) {
    this.scopeFile = this.path('__scope__.ts');
    this.grow();
    this.writeScope();
  }

  /** Root files of the program. */
  files(): string[] {
    return [this.scopeFile, ...this.byFile.keys()];
  }

  /**
   * Names cells in TypeScript's messages, where it names the files that stand for them, and what they
   * have handed on as they call it.
   *
   * @param slot - the cell that the message is about.
   */
  readable(text: string, slot?: Slot): string {
    return text
      .replace(/import\("[^"]*__cell__(\d+)"\)/g, (_, index) => this.slots[index].label)
      .replace(
        /(?<![\p{ID_Continue}$])([\p{ID_Start}$_][\p{ID_Continue}$]*)\$(\d+)\b/gu,
        (name, original, index) => {
          const isOurs = slot?.uses.get(original)?.index === Number(index);
          return isOurs && !slot?.declarations.identifiers.has(name) ? original : name;
        },
      );
  }

  slotOf(file: string): Slot | undefined {
    return this.byFile.get(file);
  }

  snapshotOf(file: string): ts.IScriptSnapshot | undefined {
    return file === this.scopeFile ? this.scopeSnapshot : this.byFile.get(file)?.snapshot;
  }

  versionOf(file: string): number | undefined {
    return file === this.scopeFile ? this.scopeVersion : this.byFile.get(file)?.version;
  }

  /** The file that an import of a cell or of the scope means. */
  resolve(specifier: string): string | undefined {
    if (specifier === SCOPE) return this.scopeFile;
    return specifier.startsWith('cell:') ? this.slots[Number(specifier.slice(5))]?.file : undefined;
  }

  /**
   * Puts a cell into a free file.
   *
   * @param all - whether it sees the names of earlier cells that it does not have yet, too.
   */
  stage(code: string, label: string, all = false): Slot {
    const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
    const declarations = declarationsOf(file);
    this.clear();
    const slot = this.freeSlot(declarations.imports);
    const uses = new Map<string, Slot>();
    for (const name of all ? this.names() : declarations.identifiers) {
      const owner = this.live.get(name);
      if (owner && !declarations.names.has(name)) uses.set(name, owner);
    }
    const header = headerOf(declarations, uses);
    this.write(slot, { text: header + code, offset: header.length, label, declarations, uses });
    return slot;
  }

  /** Makes what a staged cell declares known to those that follow. */
  commit(slot: Slot): void {
    const keys = keysOf(slot);
    if (keys.length === 0) return;
    slot.committed = true;
    for (const key of keys) this.live.set(key, slot);
    this.free();
    this.writeScope();
  }

  /**
   * Takes declarations of globals out that a cell makes anew, and that would get into its way: those
   * of cells that hold nothing else.
   */
  supersede(slot: Slot): void {
    const keys = new Set(keysOf(slot));
    for (const effect of slot.declarations.effects) {
      const owner = this.live.get(effect);
      if (!owner || this.isUsed(owner)) continue;
      const held = this.keysHeld(owner);
      if (!held.every((key) => keys.has(key))) continue;
      for (const key of held) this.live.delete(key);
      this.write(owner, EMPTY).committed = false;
      this.writeScope();
    }
  }

  /** The cell that has declared a name that a staged one declares anew. */
  previous(slot: Slot, name: string): Slot | undefined {
    const owner = this.live.get(name);
    return owner === slot ? undefined : owner;
  }

  /** The cells with functions that go on to use a name of a cell when another one declares it anew. */
  closuresOver(owner: Slot, name: string, next: Slot): Slot[] {
    return this.slots.filter(
      (slot) =>
        (slot === owner || slot.uses.get(name) === owner) &&
        slot.declarations.enclosed.has(name) &&
        this.keysHeld(slot).some((key) => !next.declarations.names.has(key)),
    );
  }

  /** All that can be used. */
  private *names(): Iterable<string> {
    for (const [key, { declarations }] of this.live) if (declarations.names.has(key)) yield key;
  }

  private keysHeld(slot: Slot): string[] {
    return keysOf(slot).filter((key) => this.live.get(key) === slot);
  }

  private isUsed(owner: Slot): boolean {
    return this.slots.some(
      ({ committed, uses }) => committed && [...uses.values()].includes(owner),
    );
  }

  /** Frees the cells that neither hold a name that can be used nor are used by one that does. */
  private free(): void {
    const needed = new Set<Slot>();
    const need = (slot: Slot): void => {
      if (needed.has(slot)) return;
      needed.add(slot);
      for (const used of slot.uses.values()) need(used);
    };
    for (const slot of this.live.values()) need(slot);
    for (const slot of this.slots) slot.committed &&= needed.has(slot);
  }

  /** Takes out what cells that were never run would change of the globals. */
  private clear(): void {
    for (const slot of this.slots) {
      if (!slot.committed && slot.declarations.effects.size > 0) this.write(slot, EMPTY);
    }
  }

  /** A free file; best one that imports the same already. */
  private freeSlot(imports: string[]): Slot {
    const wanted = imports.join('\n');
    let empty: Slot | undefined;
    for (const slot of this.slots) {
      if (slot.committed) continue;
      const has = slot.declarations.imports.join('\n');
      if (has === wanted) return slot;
      if (has === '') empty ??= slot;
    }
    if (empty) return empty;
    const { length } = this.slots;
    this.grow();
    this.writeScope();
    return this.slots[length];
  }

  private grow(): void {
    const end = this.slots.length + CHUNK;
    for (let index = this.slots.length; index < end; index++) {
      const slot = { index, file: this.path(`__cell__${index}.ts`), version: 0, committed: false };
      this.slots.push(this.write(slot as Slot, EMPTY));
      this.byFile.set(slot.file, slot as Slot);
    }
  }

  private write(slot: Slot, content: Pick<Slot, keyof typeof EMPTY>): Slot {
    const snapshot = ts.ScriptSnapshot.fromString(content.text);
    return Object.assign(slot, content, { snapshot, version: slot.version + 1 });
  }

  private writeScope(): void {
    const lines = this.slots.map(({ index, committed, declarations }) => {
      const names = committed ? [...declarations.names.keys()] : [];
      return `export { ${names.map((name) => `${name} as ${name}$${index}`).join(', ')} } from 'cell:${index}';`;
    });
    this.scopeSnapshot = ts.ScriptSnapshot.fromString(lines.join('\n'));
    this.scopeVersion++;
  }

  private path(name: string): string {
    return join(this.cwd, name).replaceAll('\\', '/');
  }
}
