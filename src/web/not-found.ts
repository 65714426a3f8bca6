/** The error for an address at which there is nothing. */
import { AppError } from '../errors.ts';

export const pageNotFound = () =>
  new AppError('web.not_found', 'There is no page at this address. It may have been cut short on its way to you.', { status: 404 });
