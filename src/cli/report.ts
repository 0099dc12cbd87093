import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../runtime/errors.js';

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
  const { isReport, reportMarkdown } = await import('../report/markdown.js');
  const { chartFiles } = await import('../report/markdown-charts.js');
  const { reportText } = await import('../report/text.js');
  const { writeReport } = await import('../report/write.js');
  const content = reportOn(paths, title);
  const written: string[] = [];
  const fileFor = (flag: string | true, name: string) => {
    if (flag === true && paths.length > 1) {
      throw new UsageError(`Of several folders, say where ${name} is to be written.`);
    }
    const file = flag === true ? join(paths[0], name) : flag;
    written.push(file);
    return file;
  };
  if (md !== undefined) {
    const file = fileFor(md, 'README.md');
    const page = reportMarkdown(content, dirname(file));
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (!isReport(before) && !page.startsWith(before)) {
      throw new UsageError(
        `${file} is there already and is no report of ours: name another file, as in --md report.md, or move it away.`,
      );
    }
    for (const [name, chart] of chartFiles(content)) {
      const path = join(dirname(file), name);
      mkdirSync(dirname(path), { recursive: true });
      await writeFileAtomic(path, chart);
    }
    mkdirSync(dirname(file), { recursive: true });
    await writeFileAtomic(file, page);
  }
  if (html !== undefined) await writeReport(fileFor(html, 'report.html'), content);
  if (json) process.stdout.write(`${JSON.stringify(reportJson(content))}\n`);
  else if (written.length === 0) process.stdout.write(`${reportText(content)}\n`);
  else process.stdout.write(`Written: ${written.filter(existsSync).join(', ')}\n`);
}
