import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../runtime/errors.js';

/** What a report can be written as. */
type Page = 'html' | 'md';

interface Flags {
  html?: string | true;
  md?: string | true;
  title?: string;
  json?: boolean;
}

/** `lazyahead report PATHS`: tables and charts of runs that were made. */
export function register(program: Command): void {
  program
    .command('report')
    .description('set runs beside one another and beside the reported figures')
    .argument('<paths...>', 'run directories, sweeps, or folders that hold them')
    .option('--html [file]', 'write one page with charts (default: report.html in the folder)')
    .option(
      '--md [file]',
      'write Markdown, charts beside it (default: README.md in the folder, where there is no other)',
    )
    .option('--title <text>', 'the heading (default: what the experiment is called)')
    .option('--json', 'print it as one line of JSON')
    .action(report);
}

async function report(paths: string[], { html, md, title, json }: Flags): Promise<void> {
  const { reportJson, reportOn } = await import('../report/report.js');
  const { isHtmlReport } = await import('../report/html.js');
  const { isReport, reportMarkdown } = await import('../report/markdown.js');
  const { chartFiles } = await import('../report/markdown-charts.js');
  const { reportText } = await import('../report/text.js');
  const { writeReport } = await import('../report/write.js');
  const content = reportOn(paths, title);
  const fileFor = (option: Page, name: string): string | undefined => {
    const flag = { html, md }[option];
    if (flag === true && paths.length > 1) {
      throw new UsageError(`Of several folders, say where ${name} is to be written.`);
    }
    const file = flag === true ? join(paths[0], name) : flag;
    if (file !== undefined) refuseFolder(option, file);
    return file;
  };
  const htmlFile = fileFor('html', 'report.html');
  const mdFile = fileFor('md', 'README.md');
  // Before anything is written.
  const page = mdFile === undefined ? '' : reportMarkdown(content, dirname(mdFile));
  if (mdFile !== undefined) {
    refuseForeign('md', mdFile, (before) => isReport(before) || page.startsWith(before));
  }
  if (htmlFile !== undefined) {
    refuseForeign('html', htmlFile, (before) => isHtmlReport(before) || before === '');
  }
  if (mdFile !== undefined) {
    for (const [name, chart] of chartFiles(content)) {
      const path = join(dirname(mdFile), name);
      mkdirSync(dirname(path), { recursive: true });
      await writeFileAtomic(path, chart);
    }
    mkdirSync(dirname(mdFile), { recursive: true });
    await writeFileAtomic(mdFile, page);
  }
  if (htmlFile !== undefined) await writeReport(htmlFile, content);
  const written = [mdFile, htmlFile].filter((file) => file !== undefined);
  if (json) process.stdout.write(`${JSON.stringify(reportJson(content))}\n`);
  else if (written.length === 0) process.stdout.write(`${reportText(content)}\n`);
  else process.stdout.write(`Written: ${written.filter(existsSync).join(', ')}\n`);
}

/** @throws UsageError for a folder, which the option takes for its file where folders follow it. */
function refuseFolder(option: Page, file: string): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UsageError(
    `--${option} takes a file, and ${file} is a folder: write --${option} behind the folders, or --${option} report.${option}.`,
  );
}

/** @throws UsageError for a file that is not to be written over. */
function refuseForeign(option: Page, file: string, isOurs: (before: string) => boolean): void {
  if (!existsSync(file) || isOurs(readFileSync(file, 'utf8'))) return;
  throw new UsageError(
    `${file} is there already and is no report of ours: name another file, as in --${option} report.${option}, or move it away.`,
  );
}
