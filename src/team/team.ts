/** Door of the room: the people of the desk, how they sign in, and where they are signed in. */
export { askForLink, canMail, commandLink, type LinkDeps, type LinkState, lookAtLink, useLink } from './links.ts';
export { readName } from './newcomer.ts';
export { askToMake, askToMakeFirst, askToShow, keepMade, type PasskeySite, readShown } from './passkeys.ts';
export { changeRole, endSessionsOf, forgetPasskey, invite, inviteAgain, remove } from './people.ts';
export { newSecret, openSession, renewProof, type Signed, sessionOf, type TeamDeps, type Where } from './sessions.ts';
export { checkSetUpCode, makeOwner, setUpCode } from './set-up.ts';
