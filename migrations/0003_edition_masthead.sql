-- An edition is drawn for one masthead: another address, name or BASE_URL is another edition, so that no mail carries a rehearsal's links.
ALTER TABLE editions ADD COLUMN masthead TEXT NOT NULL DEFAULT '';
DROP INDEX editions_key;
CREATE UNIQUE INDEX editions_key ON editions (issue_id, revision, language, format, masthead);
