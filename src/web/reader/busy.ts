/** The error for a network that has asked for too much within an hour. */
import { AppError } from '../../errors.ts';

export const tooManyFrom = () =>
  new AppError('request.busy', 'Too many requests came from your network. Please try again in an hour.', { status: 429 });
