/** The room's door: the rules of consent. Readers come by import or by asking and confirming, choose, leave by link, and can be taken elsewhere or erased. */
export { answerRequests } from './answer.ts';
export { type Asking, askToSubscribe } from './ask.ts';
export { addByHand, editReader, type HandMove, handMoves, mayMoveByHand, moveByHand, saysConsent } from './by-hand.ts';
export type { ChosenColumns } from './columns.ts';
export { confirmRequest, lookUpRequest, type NoRequest, type RequestAnswer } from './confirm.ts';
export { csvRow } from './csv-cells.ts';
export type { ReaderDeps } from './deps.ts';
export { erasedFile, eraseReader } from './erase.ts';
export { exportReaders } from './export.ts';
export { askForFullIssue, type FullIssueLink, lookUpFullIssue } from './full-issue.ts';
export { glanceAtCsv, type ImportDeps, type ImportOptions, type ImportProgress, importReaders, resumeImports } from './import.ts';
export { beginUndo, goOnUndoing } from './import-undo.ts';
export {
  giveReason,
  type LeaveAnswer,
  type LeaveWay,
  leave,
  longestReason,
  lookUpLeave,
  type NothingToLeave,
  type Standing,
  undoDays,
  undoLeave,
} from './leave.ts';
export { openLeaveTogether } from './leave-together.ts';
export { keepNames } from './names.ts';
export { askNewAddress, dataOf, type OwnData, ownData, rename, setPublications } from './own.ts';
export { askForOwn, choose, pause, resume } from './preferences.ts';
export { describeImport, type ImportCounts, type ImportReport } from './report.ts';
