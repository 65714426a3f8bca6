/** Door of the room: the people of the desk, how they sign in, and where they are signed in. */
export { openSession, renewProof, type Signed, sessionOf, type TeamDeps, type Where } from './sessions.ts';
