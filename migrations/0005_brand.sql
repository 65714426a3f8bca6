-- A publication's own look: logo, colours, typefaces, as JSON. NULL is Galley's own.
ALTER TABLE publications ADD COLUMN brand TEXT;
