import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { SetUp } from '../deployment/context.ts';
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
export const setUpReport: SetUp = (command, context) => {
  command
    .requiredOption('--reference <text>', 'the reference of the requests, as in request --reference')
    .addOption(
      new Option('--format <format>', 'one HTML file, or Markdown').choices(Object.keys(FORMATS)).default('html'),
    )
    .option('--out <file>', 'write it to a file (default: standard output)')
    .action(async ({ reference, format, out }: Options) => {
      const { terminal } = context;
      const report = await reportOf(context, await context.deployed(), reference);
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
