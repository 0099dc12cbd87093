import { expect } from 'chai';
import fc from 'fast-check';
import { Notebook } from './notebook.js';

describe('while a cell is being written', () => {
  const notebook = new Notebook('notebooks');
  const { run } = notebook;

  before(async () => {
    notebook.write({
      'src/rates.ts': '/** How fast. */\nexport const rate = 0.1;\nexport const ratio = 2;',
    });
    await run(`
      /**
       * Slow weights.
       *
       * @param alpha - how far they move
       * @example blend(0.5)
       */
      function blend(alpha: number, steps = 5): string { return ''; }
      const optimizer = { learningRate: 0.1, momentum: 0.9, schedule: { kind: 'step' as 'step' | 'cosine' } };
      let counted = 1;
      interface Rates { fast: number; faster: number }`);
  });
  after(() => notebook.close());

  describe('a completion', () => {
    /** Completes at the bar: the matches, and the code with the first of them. */
    const complete = (marked: string) => {
      const position = marked.indexOf('|');
      const code = marked.replace('|', '');
      const { matches, start, end } = notebook.engine.complete(code, position);
      return {
        matches,
        code: matches.length ? code.slice(0, start) + matches[0] + code.slice(end) : code,
      };
    };

    it('knows members by the types of earlier cells', () => {
      expect(complete('optimizer.l|')).to.deep.equal({
        matches: ['learningRate'],
        code: 'optimizer.learningRate',
      });
      expect(complete('optimizer.|').matches.slice(0, 3)).to.deep.equal([
        'learningRate',
        'momentum',
        'schedule',
      ]);
      expect(complete('blend(1).toUpp|').matches).to.deep.equal(['toUpperCase']);
      expect(complete('const r: Rates = { fast: 1, fa| }').matches).to.deep.equal(['faster']);
    });

    it('knows names of earlier cells, of this one, of globals, and keywords', () => {
      expect(complete('opti|').code).to.equal('optimizer');
      expect(complete('const optimum = 1;\nopti|').matches).to.have.members([
        'optimizer',
        'optimum',
      ]);
      expect(complete('cons|').matches).to.include.members(['console', 'const']);
      expect(complete('const x: Rat|').matches).to.include('Rates');
      expect(complete('counted = counte|').matches).to.deep.equal(['counted']);
    });

    it('replaces the whole word that the cursor is in', () => {
      expect(complete('optimizer.mom|ent + 1').code).to.equal('optimizer.momentum + 1');
    });

    it('knows texts that a type allows, modules, and what they export', () => {
      expect(complete("optimizer.schedule.kind === 'c|'").matches).to.deep.equal(['cosine']);
      expect(complete("import { ra| } from '../src/rates'").matches).to.deep.equal([
        'rate',
        'ratio',
      ]);
      expect(complete("import {} from '../src/r|'").matches).to.deep.equal(['rates']);
      expect(complete("import {} from 'node:worker_t|'").code).to.equal(
        "import {} from 'node:worker_threads'",
      );
    });

    it('says what each match is', () => {
      const code = 'optimizer.l';
      expect(notebook.engine.complete(code, code.length).metadata).to.deep.equal({
        _jupyter_types_experimental: [
          { text: 'learningRate', type: 'property', start: 10, end: 11 },
        ],
      });
    });

    it('works in a cell with mistakes in it, and is empty where nothing fits', () => {
      expect(complete('const x: number = "";\nif (optimizer.mo|').matches).to.deep.equal([
        'momentum',
      ]);
      expect(complete('optimizer.zzz|').matches).to.deep.equal([]);
      expect(complete('|').matches).to.include('optimizer');
    });

    it('names nothing of the engine’s own', () => {
      const { matches } = complete('counted = |');
      expect(matches.filter((name) => /\$\d|__cell__|^\$_/.test(name))).to.deep.equal([]);
    });

    it('changes nothing: neither values, nor types, nor names', async () => {
      complete('const optimizer = 5; optimizer.toF|');
      expect(await run('optimizer.momentum')).to.equal(0.9);
    });
  });

  describe('an inspection', () => {
    const inspect = (marked: string) => {
      const found = notebook.engine.inspect(marked.replace('|', ''), marked.indexOf('|'));
      return found && (found['text/plain'] as string);
    };

    it('shows the type and what the author wrote, in plain text and in Markdown', () => {
      const documented =
        'blend(alpha: number, steps?: number): string\n\nSlow weights.\n\n@param alpha - how far they move\n@example blend(0.5)';
      for (const marked of ['bl|end(1)', 'blend|(1)', '|blend(1)']) {
        expect(inspect(marked)).to.equal(documented);
      }
      expect(inspect('const same = ble|nd')).to.equal(`function ${documented}`);
      expect(notebook.engine.inspect('blend', 2)!['text/markdown']).to.equal(
        '```typescript\nfunction blend(alpha: number, steps?: number): string\n```\n\nSlow weights.\n\n*@param* alpha - how far they move  \n*@example* blend(0.5)',
      );
    });

    it('shows TypeScript’s and Node’s own documentation', () => {
      expect(inspect('[1].ma|p')).to.contain('Calls a defined callback function on each element');
      expect(inspect("import { existsSync } from 'node:fs'; existsS|ync")).to.contain(
        'Returns `true` if the path exists',
      );
      expect(inspect("import { rate } from '../src/rates'; rat|e")).to.contain('How fast.');
      expect(inspect("import { Lookahead } from 'lazyahead'; Lookah|ead")).to.contain(
        'class Lookahead',
      );
    });

    it('shows members, variables and types of earlier cells as they were declared', () => {
      expect(inspect('optimizer.mom|entum')).to.equal('(property) momentum: number');
      expect(inspect('count|ed')).to.equal('let counted: number');
      expect(inspect('counted = 2; count|ed')).to.equal('let counted: number');
      expect(inspect('const r = 1 as unknown as Rat|es')).to.equal('interface Rates');
    });

    it('shows the call between whose brackets an argument is typed', () => {
      const documented =
        'blend(alpha: number, steps?: number): string\n\nSlow weights.\n\n@param alpha - how far they move\n@example blend(0.5)';
      for (const marked of ['blend(|', 'blend(0.5|', 'blend(0.5|)', 'blend(0.5, 2 * 3|)']) {
        expect(inspect(marked), marked).to.equal(documented);
      }
      expect(inspect("import { existsSync } from 'node:fs'; existsSync('a'|)")).to.contain(
        'Returns `true` if the path exists',
      );
    });

    it('is null where there is nothing', () => {
      for (const marked of ['nowh|ere', '1 + |', '|', '"te|xt"', '// com|ment'])
        expect(inspect(marked), marked).to.equal(null);
    });
  });

  describe('a cell', () => {
    const statusOf = (code: string) => notebook.engine.isComplete(code);

    it('is complete where it could be run', () => {
      for (const code of [
        '',
        '1',
        'const x = 1;',
        'if (a) {}',
        'x =>\n  y',
        'await f()',
        'for await (const x of y);',
        'export {}',
        '`a`',
      ]) {
        expect(statusOf(code), code).to.deep.equal({ status: 'complete' });
      }
    });

    it('is incomplete where more must follow, with an indent for it', () => {
      expect(statusOf('if (a) {')).to.deep.equal({ status: 'incomplete', indent: '  ' });
      expect(statusOf('  f(1,')).to.deep.equal({ status: 'incomplete', indent: '  ' });
      expect(statusOf('class A {\n  m() {')).to.deep.equal({
        status: 'incomplete',
        indent: '    ',
      });
      for (const code of [
        '[1,',
        'const x =',
        'x =>',
        '`open',
        '/* open',
        'function f(',
        'import { a',
        'a ? b',
      ]) {
        expect(statusOf(code).status, code).to.equal('incomplete');
      }
    });

    it('is invalid where nothing that follows would help', () => {
      for (const code of ['const = 1', 'a b', '"open', 'f(1))', '}', 'let 1a']) {
        expect(statusOf(code).status, code).to.equal('invalid');
      }
    });
  });

  it('code on which the compiler fails an assertion of its own has no answer, and no error', () => {
    // A decorator of nothing: TypeScript 6 throws "Debug Failure".
    for (const position of Array(11).keys()) {
      expect(() => notebook.engine.complete('@ optimizer', position)).not.to.throw();
      expect(() => notebook.engine.inspect('@ optimizer', position)).not.to.throw();
    }
  });

  it('any text gets an answer', () => {
    const piece = fc.constantFrom(
      ...'const x = optimizer . ( ) { } [ ] `${ " \' /* */ // ; , => 1 await import from @ # class \n 𝛼'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (pieces, place) => {
        const code = pieces.join(' ');
        const position = code.length && place % code.length;
        const { start, end } = notebook.engine.complete(code, position);
        expect(start).to.be.within(0, position);
        expect(end).to.be.within(start, code.length);
        notebook.engine.inspect(code, position);
        expect(notebook.engine.isComplete(code).status).to.be.oneOf([
          'complete',
          'incomplete',
          'invalid',
        ]);
      }),
      { numRuns: 50 },
    );
  });
});
