/** Live pages: what they show is drawn once for all who look, at most twice a second, and sent whole by Server-Sent Events. A lost message costs nothing. */
import type { Response } from 'express';

/** Milliseconds between two drawings of a subject: twice a second looks alive and costs next to nothing. */
const everyMs = 500;
/** Longest silence on a line: proxies close one that says nothing for a minute. */
const heartbeatMs = 15_000;
/** Octets that may wait for a slow viewer before messages are left out for them; the next one tells all. */
const behindAtMost = 512 * 1024;

/** `subject` names what is drawn and for whom: those who may do the same see the same. */
export interface LiveSource {
  /** Says in a few words what the drawing depends on: while it stays the same, nothing is drawn. Cheap. */
  mark(subject: string): string;
  /** The parts of the page, each whole. Undefined when the subject is gone. */
  draw(subject: string): string | undefined;
}

export interface Live {
  /** Streams a subject to a viewer until the viewer goes away, `mayStay` says no at a heartbeat, or `close`. */
  stream(response: Response, subject: string, mayStay: () => boolean): void;
  /** How many lines are open. */
  readonly viewers: number;
  close(): void;
}

interface Viewer {
  response: Response;
  mayStay: () => boolean;
}

interface Subject {
  viewers: Set<Viewer>;
  mark: string;
  message: string;
  timer: NodeJS.Timeout;
}

/** Opens the one place that draws for all. */
export function openLive({ mark, draw }: LiveSource): Live {
  const subjects = new Map<string, Subject>();

  function look(id: string, subject: Subject): void {
    const now = mark(id);
    if (now === subject.mark) return;
    subject.mark = now;
    const drawn = draw(id);
    if (drawn === undefined) {
      for (const { response } of subject.viewers) response.end();
      return;
    }
    const message = `data: ${drawn.replaceAll('\n', '\ndata: ')}\n\n`;
    if (message === subject.message) return;
    subject.message = message;
    for (const { response } of subject.viewers) if (response.writableLength < behindAtMost) response.write(message);
  }

  function subjectOf(id: string): Subject {
    const known = subjects.get(id);
    if (known !== undefined) return known;
    const made: Subject = { viewers: new Set(), mark: '', message: '', timer: setInterval(() => look(id, made), everyMs) };
    subjects.set(id, made);
    return made;
  }

  return {
    stream(response, id, mayStay) {
      const subject = subjectOf(id);
      const viewer = { response, mayStay };
      response.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no', // nginx would gather messages until its buffer is full
      });
      response.write('retry: 1000\n\n');
      look(id, subject); // a fresh one for all, rather than half a second old
      subject.viewers.add(viewer);
      if (subject.message !== '') response.write(subject.message);
      const heart = setInterval(() => {
        if (mayStay()) response.write(': still here\n\n');
        else response.end();
      }, heartbeatMs);
      response.on('close', () => {
        clearInterval(heart);
        subject.viewers.delete(viewer);
        if (subject.viewers.size > 0) return;
        clearInterval(subject.timer);
        subjects.delete(id);
      });
    },
    get viewers() {
      return [...subjects.values()].reduce((sum, { viewers }) => sum + viewers.size, 0);
    },
    close() {
      for (const { viewers } of subjects.values()) for (const { response } of viewers) response.end();
    },
  };
}
