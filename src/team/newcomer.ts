/** Name and address of somebody new, as they were typed. */
import { AppError } from '../errors.ts';
import { type Address, isAddressProblem, parseAddress } from '../model/address.ts';
import { cleanLine } from '../model/clean.ts';

/** A name as it is kept: one line, at most a hundred letters; empty for none. */
export const readName = (typed: string): string => cleanLine(typed.slice(0, 500)).slice(0, 100).trim();

/** Errors say what is wrong with them. */
export function readNewcomer({ name, email }: { name: string; email: string }): { name: string; address: Address } {
  const address = parseAddress(email);
  if (isAddressProblem(address)) throw new AppError('team.address', `The address ${address.problem}: ${address.remedy}.`, { status: 422 });
  const clean = readName(name);
  if (clean === '') throw new AppError('team.name', 'Write a name: the desk shows who did what.', { status: 422 });
  return { name: clean, address };
}
