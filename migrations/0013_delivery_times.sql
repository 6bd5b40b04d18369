-- How long the last try took. NULL: there was none, or it was cut off.
ALTER TABLE deliveries ADD COLUMN milliseconds INTEGER CHECK (milliseconds >= 0);
