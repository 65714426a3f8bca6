/** The commands about what comes back: read mails from files and say what they mean. */
import { open } from 'node:fs/promises';
import { bytesRead, readFeedback } from '../feedback/read/read.ts';
import type { FeedbackReport } from '../model/feedback.ts';
import type { Arguments, Context } from './table.ts';

/** Prints what each file says, one line per file. Opens no store and changes nothing; 1 when a file cannot be read. */
export async function feedbackRead(context: Context, { positionals, values }: Arguments): Promise<number> {
  let failed = 0;
  for (const file of positionals) {
    const bytes = await beginningOf(file).catch((error: NodeJS.ErrnoException) => error);
    if (bytes instanceof Error) {
      context.warn(
        `galley: ${file} cannot be read (${bytes.code ?? bytes.message}): give the file of one mail as it came, headers and all`,
      );
      failed = 1;
      continue;
    }
    const report = await readFeedback(bytes);
    context.print(values['json'] ? JSON.stringify(facts(file, report)) : describe(file, report));
  }
  return failed;
}

/** Only as much as the reader looks at: a file may be of any size. */
async function beginningOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(bytesRead);
    let filled = 0;
    for (;;) {
      const { bytesRead: more } = await handle.read(bytes, filled, bytes.length - filled, null);
      filled += more;
      if (more === 0 || filled === bytes.length) return bytes.subarray(0, filled);
    }
  } finally {
    await handle.close();
  }
}

/** Every key in every line, null where the mail does not say. */
function facts(file: string, { kind, recipients, messageId = null, token = null }: MaybeNull<FeedbackReport>) {
  return {
    file,
    kind,
    recipients: recipients.map(({ address, status, code, reason, scope, class: verdict }) => ({
      ...{ address, status: status ?? null, code: code ?? null, reason, scope, class: verdict },
    })),
    messageId,
    token,
  };
}

type MaybeNull<Report> = { [Key in keyof Report]: Report[Key] | (undefined extends Report[Key] ? null : never) };

function describe(file: string, { kind, recipients, messageId }: FeedbackReport): string {
  const about = recipients.map(({ address, status, code, reason, class: verdict }) =>
    [address || 'somebody', verdict === 'none' ? reason : `${verdict} (${reason})`, code, status]
      .filter((word) => word !== undefined)
      .join(' '),
  );
  return `${file}: ${[kind, ...about].join(', ')}${messageId === undefined ? '' : ` <${messageId}>`}`;
}
