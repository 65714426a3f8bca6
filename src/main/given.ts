/** Options as the command line reads them: what a rule refuses is an error that names its option. */
import { AppError } from '../errors.ts';
import type { Read } from '../model/publication-fields.ts';

/** The value of an option that was read; an AppError for one that was refused. */
export function given<T>(option: string, read: Read<T>): T {
  if ('problem' in read) throw new AppError(read.code, `--${option} ${read.problem}`);
  return read.value;
}
