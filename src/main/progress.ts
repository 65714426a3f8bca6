/** Shows how a send goes, on stderr: a bar on a terminal, a line at each quarter elsewhere. */
import type { SendStatus } from '../model/send.ts';

/** Where progress is written. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Progress {
  show(status: SendStatus, note: string | null): void;
  end(): void;
}

export function openProgress(screen: Screen): Progress {
  let shown = '';
  let quarter = 0;
  let noted = '';
  return {
    show(status, note) {
      const done = status.prepared - status.waiting - status.deferred;
      if (screen.isTTY) {
        const line = bar(status, done, note, screen.columns ?? 80);
        if (line !== shown) screen.write(`\r\x1b[2K${line}`);
        shown = line;
        return;
      }
      if (note !== null && note !== noted) screen.write(`${status.send}: ${note}\n`);
      noted = note ?? '';
      const reached = status.prepared === 0 ? 0 : Math.floor((done / status.prepared) * 4);
      if (reached > quarter) screen.write(`${status.send}: ${done} of ${status.prepared} done\n`);
      quarter = Math.max(quarter, reached);
    },
    end() {
      if (shown !== '') screen.write('\n');
    },
  };
}

function bar(status: SendStatus, done: number, note: string | null, columns: number): string {
  const share = status.prepared === 0 ? 0 : done / status.prepared;
  const width = 24;
  const filled = Math.round(share * width);
  const parts = [`${status.accepted} accepted`];
  if (status.deferred > 0) parts.push(`${status.deferred} asked to wait`);
  if (status.refused > 0) parts.push(`${status.refused} refused`);
  if (status.unknown > 0) parts.push(`${status.unknown} unknown`);
  if (note !== null) parts.push(note);
  return `${status.send}  ${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${done} of ${status.prepared}  ${parts.join(', ')}`.slice(
    0,
    columns - 1,
  );
}
