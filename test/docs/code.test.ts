import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { temporaryFolder, write } from '../package/project.js';
import { blocksOf, type Program, programsOf, smokeCode } from './blocks.js';
import { read } from './markdown.js';
import { fileOf, folderFor, run, unprinted } from './run.js';
import { runPrograms, WITH_CODE } from './suite.js';

describe('the code in the documents', () => {
  runPrograms(({ long }) => !long);

  it('has right types, where it is TypeScript or asks for them', () => {
    const programs = WITH_CODE.flatMap((document) =>
      programsOf(blocksOf(read(document))).map(({ program }) => ({ document, program })),
    );
    const typed = programs.filter(
      ({ program: { lang, source } }) => lang === 'ts' || /@type\b|@ts-check/.test(source),
    );
    expect(typed).to.have.length.above(4);
    expect(typeErrors(typed)).to.deep.equal([]);

    const [{ document, program }] = typed;
    const wrong = { ...program, source: `${program.source}\nnew Lookahead(5);` };
    expect(typeErrors([{ document, program: wrong }])).to.have.length(1);
  });
});

/** Complaints that JavaScript does not say what its functions take. */
const IMPLICITLY_ANY = [7006, 7031];

function typeErrors(programs: { document: string; program: Program }[]): string[] {
  const folder = folderFor('types');
  const files = programs.map(({ document, program }) => {
    const file = join(document.replace(/\W+/g, '-'), fileOf(program));
    write(folder, { [file]: program.source });
    return join(folder, file);
  });
  const program = ts.createProgram(files, {
    ...{ noEmit: true, strict: true, skipLibCheck: true, allowJs: true, checkJs: true },
    ...{ target: ts.ScriptTarget.ES2022, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    ...{ types: ['node'], typeRoots: [join(folder, 'node_modules', '@types')] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file, code }) => !(file?.fileName.endsWith('.mjs') && IMPLICITLY_ANY.includes(code)))
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the experiment in the guide', () => {
  it('has at most 40 lines', () => {
    const { code } = blocksOf(read('docs/your-own-experiment.md')).find(
      ({ lang }) => lang === 'js',
    )!;
    const lines = code.split('\n').filter((line) => line.trim() !== '');
    expect(lines).to.have.length.within(10, 40);
  });
});

describe('how code in documents is run', () => {
  const fence = (lang: string, code: string) => `\`\`\`${lang}\n${code}\n\`\`\`\n`;
  const programs = (text: string) => programsOf(blocksOf(text));

  it('reads what the comments before a block say', () => {
    const [{ program, prints }] = programs(
      `<!-- given: const x = 1; -->\n<!-- smoke: full → smoke -->\n${fence('ts', "run(x, 'full');")}` +
        `Then:\n<!-- goes on -->\n${fence('ts', 'end();')}<!-- printed -->\n${fence('text', '1')}`,
    );
    expect(program.source).to.equal("const x = 1;\nrun(x, 'smoke');\nend();");
    expect(prints).to.deep.equal(['1']);
    expect(programs(`<!-- not run: a reason -->\n${fence('sh', 'x')}`)[0].program.notRun).to.equal(
      'a reason',
    );
  });

  it('takes no comment that means nothing, and no block that nobody can run', () => {
    expect(() => blocksOf(`<!-- not run -->\n${fence('sh', 'ls')}`)).to.throw('what is "not run"?');
    expect(() => smokeCode({ code: 'a', smoke: [['b', 'c']] })).to.throw('no "b"');
    expect(() => programs(`<!-- goes on -->\n${fence('ts', '')}`)).to.throw('line 2 goes on');
    expect(() => fileOf(programs(fence('ruby', ''))[0].program)).to.throw('a block of ruby');
  });

  it('notices what fails and what is not printed', async () => {
    const folder = temporaryFolder('code');
    const [{ program }] = programs(fence('sh', 'echo one; echo two; false; echo three'));
    const outcome = await run(folder, program);
    expect(outcome.code).to.equal(1);
    expect(unprinted('one\nt…', outcome)).to.deep.equal([]);
    expect(unprinted('two\none\nthree', outcome)).to.deep.equal(['one', 'three']);
  });
});
