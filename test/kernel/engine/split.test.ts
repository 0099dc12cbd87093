import { expect } from 'chai';
import fc from 'fast-check';
import { Notebook } from './notebook.js';

/**
 * Statements over numbers that are declared before them. `$i` and `$j` are two of those, any of which may
 * be assigned to; `%` is a number of the statement's own.
 */
const STATEMENTS = [
  'let v% = $i + 1;',
  'let v% = 2, [w%] = [v%];',
  'var v% = $i * 2;',
  'let v%: number; v% = $j;',
  'let { a: v%, ...r% } = { a: $i, b: $j };',
  '$i = $j + 1;',
  '$i += 3; $j--;',
  'log($i++, --$j);',
  '[$i, $j] = [$j, $i];',
  '({ a: $i, b: [$j = 7] } = { a: $j, b: [] as number[] });',
  'const up% = () => ++$i; log(up%(), up%.name);',
  'function twice%(x: number) { return x * 2 + $i; } log(twice%($j));',
  'later.push(() => [$i, $j]);',
  'log({ $i, get g() { return $j; }, ["k" + $i]: 1, $j: 2 });',
  'for (const $i of [1, 2]) { log($i + $j); }',
  'for ($i of [5, 6]) log($i);',
  'for (let x = 0, $j = 1; x < 2; x++) { later.push(() => [x, $j, $i]); }',
  '{ let $i = 9; const inner% = () => $i; log(inner%(), $j); }',
  'log((($i: number) => $i * $j)(4));',
  'try { throw $i; } catch ($j) { log($j); } finally { $i = 1; }',
  'class K% { static s = $i; f = $j; #p = 1; m() { return [K%.s, this.f, this.#p, $i]; } } log(new K%().m());',
  'class Sub% extends Array<number> { $i() { return $j; } } log(new Sub%().$i());',
  `log(typeof $i, \`\${$i} \${$j}\`, $i ? $j : 0, $i ?? $j);`,
  'if ($i > $j) { var h% = $i; } log(h%!);',
  'enum E% { A = 3, B } log(E%.B + $i);',
  'label%: for (;;) { while ($i < 100) { $i += 50; continue label%; } break; }',
  'log(await Promise.resolve($i)); later.push(async () => { $j = await $i; });',
  'function* g%() { yield $i; $i = 2; yield $j; } log([...g%()]);',
  'switch ($i) { case $j: log("same"); break; default: const x% = 5; log(x%); }',
];

describe('a program that is split into cells', () => {
  const notebook = new Notebook();
  after(() => notebook.close());
  before(() =>
    // Its own declarations are not to be warned of; `h` may be unassigned.
    notebook.write({ 'tsconfig.json': { compilerOptions: { strict: false } } }),
  );

  const choice = fc.record({
    statement: fc.constantFrom(...STATEMENTS),
    i: fc.nat(),
    j: fc.nat(),
    ends: fc.boolean(),
  });
  let programs = 0;

  it('computes what it computes as one, however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 12 }), async (choices) => {
        const program = ++programs;
        let names = [`a${program}`, `b${program}`];
        const around = `const log = (...xs: unknown[]) => void seen.push(xs), seen: unknown[] = [], later: (() => unknown)[] = []; let ${names.join(' = 1, ')} = 2;`;
        const statements = choices.map(({ statement, i, j }, n) => {
          const own = `${program}_${n}`;
          const other = i % names.length;
          const text = statement
            .replaceAll('$i', names[other])
            .replaceAll('$j', names[(other + 1 + (j % (names.length - 1))) % names.length])
            .replaceAll('%', own);
          const declared = [...statement.matchAll(/\b[vw]%/g)].map(([name]) =>
            name.replace('%', own),
          );
          names = [...new Set([...names, ...declared])];
          return text;
        });
        const end = () =>
          `[seen, ${names.join(', ')}, await Promise.all(later.map((each) => each())), ${names.join(', ')}]`;
        const whole = await notebook.run(
          `await (async () => { ${around} ${statements.join('\n')}\nreturn ${end()}; })()`,
        );
        await notebook.run(around);
        let cell = '';
        for (const [n, { ends }] of choices.entries()) {
          cell += `${statements[n]}\n`;
          if (!ends) continue;
          await notebook.run(cell);
          cell = '';
        }
        await notebook.run(cell);
        expect(await notebook.run(end()), statements.join('\n')).to.deep.equal(whole);
      }),
      { numRuns: 25 },
    );
  });
});
