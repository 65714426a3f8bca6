/** Stopping: the signals that mean it, and waiting for it. */

/** Resolves when the signal is aborted, at once when it is already. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Aborted by the first Ctrl-C, TERM or HUP. npm passes a terminal's Ctrl-C on, so it comes twice within a millisecond; only one a second later means "at once".
 * For a worker that is serve's child: Ctrl-C is serve's business, and when serve dies it stops too.
 */
export function stopSignal(child: boolean): AbortSignal {
  const stopping = new AbortController();
  let since = 0;
  const stop = (): void => {
    if (stopping.signal.aborted && Date.now() - since > 1000) process.exit(130);
    if (!stopping.signal.aborted) since = Date.now();
    stopping.abort();
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('SIGINT', child ? () => {} : stop);
  if (child) process.once('disconnect', () => stopping.abort());
  if (child && !process.connected) stopping.abort(); // serve died before we looked
  return stopping.signal;
}
