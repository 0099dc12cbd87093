/** Puts a report on disk. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { type ReportContent, reportHtml } from './html.js';

/**
 * Writes the report as one HTML file, making its folder where needed. The file is whole or not
 * there: a reader never opens half a page.
 *
 * @throws Error when the runs cannot stand in one report, or the file cannot be written.
 */
export async function writeReport(file: string, content: ReportContent): Promise<void> {
  const html = reportHtml({ created: new Date(), ...content });
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, html);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write the report ${file}: ${reason}`, { cause: error });
  }
}
