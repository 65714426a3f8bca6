/**
 * What ends the private Redis when nobody needs it any more. A named pipe lies beside it; `serve` and each of its workers keep it open for writing,
 * and a small shell that reads it stops the server when the last writer is gone, however that went. A later `serve` takes hold of the same pipe.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Names in the folder: the pipe, and the file in which the shell repeats the last line it read from it. */
const pipeName = 'lifeline';
const heardName = 'lifeline.heard';

/** A grip on the pipe: while any descriptor of it is open, in this process or in a child that inherited it, the server lives. */
export interface Lifeline {
  readonly fd: number;
  /** False once the shell at the other end is gone, and the server with it. */
  knock(): boolean;
  /** True when the shell has read our knock: it had not begun to stop the server, and will not while we hold on. */
  heard(): boolean;
  letGo(): void;
}

/**
 * Runs the server as a child, and reads the pipe (descriptor 3) in a second process that ends with it. The server's pid is not used again
 * after its end: the reader is stopped first, and asks before it answers. POSIX sh: a background command gets no standard input, hence 3.
 */
const script = `umask 077
heard=$1; shift
"$@" 3<&- &
server=$!
{ while IFS= read -r name; do kill -0 $server || exit; printf %s "$name" > "$heard"; done; kill -TERM $server; } <&3 2>/dev/null &
reader=$!
exec 3<&-
wait $server
code=$?
kill $reader 2>/dev/null
exit $code`;

/**
 * Starts `command` in `folder` under a new watchdog, in a process group of its own so that the terminal's Ctrl-C passes it by; its output goes to `log`
 * (a file descriptor). The reading end is open before the shell starts, so there is no instant at which our death would go unnoticed.
 */
export function startWatched(folder: string, command: readonly string[], log: number): { child: ChildProcess; lifeline: Lifeline } {
  const pipe = join(folder, pipeName);
  rmSync(pipe, { force: true });
  execFileSync('mkfifo', ['-m', '600', pipe]);
  const opener = openSync(pipe, 'r+'); // opens without waiting for another end, and lets the next two do so
  const readingEnd = openSync(pipe, 'r');
  const lifeline = holdOn(folder);
  closeSync(opener);
  if (lifeline === undefined) throw new Error(`${pipe} cannot be written`);
  const child = spawn('/bin/sh', ['-c', script, 'galley-redis', join(folder, heardName), ...command], {
    stdio: ['ignore', log, log, readingEnd],
    detached: true,
  });
  closeSync(readingEnd);
  return { child, lifeline };
}

/** Takes hold of the pipe in `folder`; undefined when no watchdog reads it. */
export function holdOn(folder: string): Lifeline | undefined {
  const pipe = join(folder, pipeName);
  const fd = openForWriting(pipe);
  if (fd === undefined) return undefined;
  const name = `${process.pid}.${Math.random().toString(36).slice(2)}`;
  const heardFile = join(folder, heardName);
  let open = true;
  return {
    fd,
    knock() {
      try {
        writeSync(fd, `${name}\n`);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EAGAIN') return true; // full: it is slow, not gone
        if (codeOf(error) === 'EPIPE') return false;
        throw error;
      }
    },
    heard: () => existsSync(heardFile) && readFileSync(heardFile, 'utf8') === name,
    letGo() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** A writing end that never waits: without a reader the system answers ENXIO. */
function openForWriting(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENXIO' || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
