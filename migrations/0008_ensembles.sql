-- A model may be an ensemble, which answers with the mean of its members' answers. It has copies of them, so that it stays as it is when they are
-- deleted. Members count from 1, in the order in which they were named; the ensemble's own description names them.
CREATE TABLE ensemble_members (
  ensemble_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  member INTEGER NOT NULL CHECK (member >= 1),
  description TEXT NOT NULL CHECK (json_valid(description)),
  PRIMARY KEY (ensemble_id, member)
) STRICT;

-- As `parameters`, for each member.
CREATE TABLE ensemble_parameters (
  ensemble_id TEXT NOT NULL,
  member INTEGER NOT NULL,
  layer INTEGER NOT NULL CHECK (layer >= 1),
  name TEXT NOT NULL,
  shape TEXT NOT NULL CHECK (json_valid(shape)),
  bytes BLOB NOT NULL,
  PRIMARY KEY (ensemble_id, member, layer, name),
  FOREIGN KEY (ensemble_id, member) REFERENCES ensemble_members (ensemble_id, member) ON DELETE CASCADE
) STRICT;
