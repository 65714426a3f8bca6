/** The ways in that the command line gives: the set-up of a desk that is nobody's, and a link for somebody who has no other. */
import type { Config } from '../config.ts';
import { anyEditor } from '../store/editors.ts';
import { commandLink, setUpCode } from '../team/team.ts';
import { type Data, withData } from './data.ts';
import type { Arguments, Context } from './table.ts';

/** `galley login EMAIL`: the last resort when passkeys are lost and mail is broken. Whoever may read DATA_DIR may do it; the audit notes it. */
export async function login(context: Context, { positionals: [email = ''] }: Arguments): Promise<number> {
  return withData(context.config, (data) => {
    const setUp = describeSetUp(context.config, data);
    if (setUp !== undefined) context.print(setUp);
    else
      context.print(
        `Open this within ten minutes; it works once:\n${context.config.baseUrl}/console/link/${commandLink({ db: data.db, now: Date.now }, email)}`,
      );
    return 0;
  });
}

/** Where to make the desk one's own, with the code that shows one may; undefined once somebody has joined. `at` is where the pages really are. */
export function describeSetUp({ baseUrl }: Config, { db, ring }: Data, at = baseUrl): string | undefined {
  if (anyEditor(db)) return undefined;
  const code = setUpCode(ring.sessions);
  return `The desk is nobody's yet. Make it yours with the code ${code}:\n${at}/console/setup?code=${code}`;
}
