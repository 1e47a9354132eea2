import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Context } from '../deployment/context.ts';
import { asHtml } from '../report/as-html.ts';
import { asMarkdown } from '../report/as-markdown.ts';
import { reportOf } from '../report/report.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

const FORMATS = { html: asHtml, md: asMarkdown } as const;

interface Options {
  readonly reference: string;
  readonly format: keyof typeof FORMATS;
  readonly out?: string;
}

const save = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(file, `${text}\n`);
  } catch (error) {
    throw new Failure(
      EXIT.failed,
      `Cannot write the report: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** `report`: all requests of one incident, for the ticket and the auditor. */
export const addReport = (program: Command, context: Context): void => {
  program
    .command('report')
    .description('make a report on all requests with a reference: keys, timelines, receipts, and what is left to do')
    .requiredOption('--reference <text>', 'the reference of the requests, as in request --reference')
    .addOption(
      new Option('--format <format>', 'one HTML file, or Markdown').choices(Object.keys(FORMATS)).default('html'),
    )
    .option('--out <file>', 'write it to a file (default: standard output)')
    .action(async ({ reference, format, out }: Options, command: Command) => {
      const { terminal } = context;
      const report = await reportOf(context, await context.deployed(command), reference);
      if (report === undefined)
        throw new Failure(
          EXIT.notFound,
          `Cannot find a request with the reference "${reference}": see key-revoker receipts`,
        );
      const text = FORMATS[format](report);
      if (out === undefined) return terminal.print(text);
      await save(out, text);
      terminal.tell(
        `Written: ${out}. Requests that have ended: ${report.records.length}, at work: ${report.open.length}`,
      );
    });
};
