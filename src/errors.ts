/** The error for everything that can go wrong and is expected: a stable code for machines, a sentence for people, a cause for us. */

export class AppError extends Error {
  override name = 'AppError';
  readonly code: string;
  /** HTTP status when it is answered to a browser. */
  readonly status: number;
  constructor(code: string, message: string, { status = 400, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}
