-- Names to find readers by. They are taken in beside everything else, in the order of readers' numbers, so that an import does not wait for it:
-- `through` is the last reader whose name is in. `name_keys` is Galley's own function (`model/name-key.ts`); who changes what it gives has to empty both.
CREATE TABLE reader_names (
  key TEXT NOT NULL,
  reader_id INTEGER NOT NULL REFERENCES readers (id),
  PRIMARY KEY (key, reader_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reader_names_taken (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  through INTEGER NOT NULL
) STRICT;
INSERT INTO reader_names_taken VALUES (1, 0);

-- Readers are blanked and never deleted, so a change of the name is all there is to follow.
CREATE TRIGGER reader_names_changed AFTER UPDATE OF name ON readers
WHEN old.name IS NOT new.name AND old.id <= (SELECT through FROM reader_names_taken) BEGIN
  DELETE FROM reader_names WHERE reader_id = old.id AND key IN (SELECT value FROM json_each(name_keys(old.name)));
  INSERT OR IGNORE INTO reader_names SELECT value, new.id FROM json_each(name_keys(new.name));
END;
