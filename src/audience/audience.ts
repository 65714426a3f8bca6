/** The room's door: the rules of consent. Readers come by import, leave by link, and can be taken elsewhere by export. */
export { exportReaders } from './export.ts';
export { type ImportDeps, type ImportOptions, type ImportProgress, importReaders, resumeImports } from './import.ts';
export { type LeaveAnswer, type LeaveWay, leave, lookUpLeave, type NothingToLeave, undoDays, undoLeave } from './leave.ts';
export { describeImport, type ImportCounts, type ImportReport } from './report.ts';
