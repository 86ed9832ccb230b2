-- Claims documents as relations, for DuckDB. They stand on one table that you make, with one row for each piece:
--
--     CREATE TABLE documents AS SELECT filename || ':' || row_number() OVER () AS piece, json AS claims
--     FROM read_json_objects('claims.jsonl', filename = true);   -- of `evidence convert --lines`
--
-- `piece` names the row in all views. What a document does not have is NULL here, and a comparison with NULL is neither
-- true nor false: a rule must ask for what is good (`coalesce(debug LIKE 'disabled%', false)`), and deny the rest.

CREATE OR REPLACE VIEW pieces AS
SELECT piece,
  claims ->> '$.evidence.type'        AS type,
  claims ->> '$.evidence.version'     AS version,
  claims ->> '$.evidence.status'      AS status,
  claims ->> '$.evidence.protection'  AS protection,
  claims ->> '$.evidence.sha256'      AS sha256,
  claims ->> '$.target.environment'   AS target,
  claims ->> '$.target.debug'         AS target_debug
FROM documents;

CREATE OR REPLACE VIEW environments AS
SELECT piece, entry ->> '$.id' AS environment, entry ->> '$.role' AS role, entry ->> '$.debug' AS debug,
  entry ->> '$.migration' AS migration, entry AS document
FROM (SELECT piece, unnest(claims -> '$.environments[*]') AS entry FROM documents);

CREATE OR REPLACE VIEW dependencies AS
SELECT piece, environment, unnest(document ->> '$.depends_on[*]') AS needs FROM environments;

-- The target, and all that it depends on.
CREATE OR REPLACE VIEW chain AS
WITH RECURSIVE reached(piece, environment) AS (
  SELECT piece, target FROM pieces WHERE target IS NOT NULL
  UNION
  SELECT reached.piece, dependencies.needs
  FROM reached JOIN dependencies USING (piece, environment)
)
SELECT piece, environment FROM reached;

CREATE OR REPLACE VIEW measurements AS
SELECT piece, environment, entry ->> '$.name' AS name, entry ->> '$.phase' AS phase, entry ->> '$.subject' AS subject,
  coalesce((entry ->> '$.populated')::BOOLEAN, true) AS populated, entry ->> '$.digests[*].digest' AS digests
FROM (SELECT piece, environment, unnest(document -> '$.measurements[*]') AS entry FROM environments);

CREATE OR REPLACE VIEW bindings AS
SELECT piece, entry ->> '$.name' AS name, entry ->> '$.role' AS role, entry ->> '$.value' AS value
FROM (SELECT piece, unnest(claims -> '$.bindings[*]') AS entry FROM documents);

CREATE OR REPLACE VIEW tcbs AS
SELECT piece, environment, entry ->> '$.name' AS name, entry ->> '$.role' AS role, entry ->> '$.layout' AS layout,
  entry ->> '$.raw' AS raw, entry AS document
FROM (SELECT piece, environment, unnest(document -> '$.tcb[*]') AS entry FROM environments);

CREATE OR REPLACE VIEW tcb_components AS
SELECT piece, environment, tcb, role, layout, entry ->> '$.name' AS name, (entry ->> '$.svn')::BIGINT AS svn,
  entry ->> '$.compare' AS compare
FROM (
  SELECT piece, environment, name AS tcb, role, layout, unnest(document -> '$.components[*]') AS entry FROM tcbs
);

CREATE OR REPLACE VIEW facts AS
SELECT piece, entry ->> '$.name' AS name, entry ->> '$.status' AS status, entry ->> '$.compared_to' AS compared_to
FROM (SELECT piece, unnest(claims -> '$.consistency[*]') AS entry FROM documents);

CREATE OR REPLACE VIEW notes AS
SELECT piece, entry ->> '$.code' AS code, entry ->> '$.path' AS path, entry ->> '$.detail' AS detail
FROM (SELECT piece, unnest(claims -> '$.notes[*]') AS entry FROM documents);
