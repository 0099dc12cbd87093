import ts from '@typescript/typescript6';
import type { Cells } from './cells.js';
import type { Slot } from './slot.js';

/** Types longer than this are cut in a warning (characters). */
const LONGEST = 80;

/**
 * Warns of names that a cell declares anew with a type that functions of earlier cells, which see the
 * new value, were not checked for.
 */
export function warningsOfRetyped(program: ts.Program, cells: Cells, slot: Slot): string[] {
  const checker = program.getTypeChecker();
  const typeIn = ({ file }: Slot, name: string): ts.Type | undefined => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    const exported = module && checker.tryGetMemberInModuleExports(name, module);
    if (!exported) return undefined;
    const isAlias = exported.flags & ts.SymbolFlags.Alias;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    if (!(symbol.flags & ts.SymbolFlags.Value)) return undefined;
    return checker.getBaseTypeOfLiteralType(checker.getTypeOfSymbol(symbol));
  };
  const textOf = (type: ts.Type) => {
    const text = cells.readable(checker.typeToString(type), slot);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  };
  return [...slot.declarations.names.keys()].flatMap((name) => {
    const before = cells.previous(slot, name);
    const closures = before ? cells.closuresOver(before, name, slot) : [];
    if (!before || closures.length === 0) return [];
    const [old, now] = [typeIn(before, name), typeIn(slot, name)];
    if (!old || !now || checker.isTypeAssignableTo(now, old)) return [];
    const labels = closures.map(({ label }) => label).join(', ');
    return `${name} was ${textOf(old)} in ${before.label} and is ${textOf(now)} now: functions of ${labels} see the new value, but were checked for the old type.`;
  });
}
