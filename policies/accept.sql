-- One policy over all types of evidence, on the views of views.sql: the view `reasons` has a row for each reason
-- against a piece, and `decisions` a row for each piece. It needs two more tables:
--
--     verifications(piece, verification JSON)   documents of `evidence verify --json`; a piece may have none
--     wants(piece, want JSON)                   what is wanted of each piece, as in accept.rego

CREATE OR REPLACE VIEW escapes AS
SELECT piece, environment, '/environments/' || replace(replace(environment, '~', '~0'), '/', '~1') AS path
FROM environments;

CREATE OR REPLACE VIEW lost AS
SELECT piece, unnest(verification ->> '$.uncovered[*]') AS path FROM verifications;

CREATE OR REPLACE VIEW asked AS
SELECT piece, name, value FROM bindings
WHERE role = 'caller-data'
   OR (role = 'challenge' AND piece NOT IN (SELECT piece FROM bindings WHERE role = 'caller-data'));

CREATE OR REPLACE VIEW floored AS
SELECT tcbs.piece, tcbs.environment, tcbs.name, tcbs.layout
FROM tcbs JOIN chain USING (piece, environment) JOIN wants USING (piece)
WHERE list_contains(want ->> '$.tcb_roles[*]', tcbs.role);

CREATE OR REPLACE VIEW floors AS
SELECT piece, layout, unnest(json_keys(want -> '$.floors' -> layout)) AS name,
  want -> '$.floors' -> layout AS least
FROM (SELECT piece, want, unnest(json_keys(want -> '$.floors')) AS layout FROM wants);

CREATE OR REPLACE VIEW goldens AS
SELECT piece, name, want -> '$.measurements' -> name ->> '$[*]' AS digests
FROM (SELECT piece, want, unnest(json_keys(want -> '$.measurements')) AS name FROM wants);

-- The claims that the rules look at.
CREATE OR REPLACE VIEW relied AS
SELECT piece, '/bindings/' || replace(replace(name, '~', '~0'), '/', '~1') || '/' || word AS path
FROM asked, (VALUES ('value'), ('role')) AS words(word)
UNION ALL
SELECT piece, path || '/' || word
FROM chain JOIN escapes USING (piece, environment),
  (VALUES ('role'), ('debug'), ('migration'), ('depends_on')) AS words(word)
UNION ALL
SELECT pieces.piece, path || '/measurements/' || replace(replace(name, '~', '~0'), '/', '~1')
FROM pieces JOIN goldens USING (piece)
  JOIN escapes ON escapes.piece = pieces.piece AND escapes.environment = pieces.target
UNION ALL
SELECT piece, path || '/tcb/' || replace(replace(name, '~', '~0'), '/', '~1')
FROM floored JOIN escapes USING (piece, environment);

CREATE OR REPLACE VIEW reasons AS
SELECT piece, 'unverified' AS reason FROM pieces LEFT JOIN verifications USING (piece)
WHERE NOT coalesce(verification ->> '$.verdict' = 'verified'
  AND verification ->> '$.evidence.type' = type AND verification ->> '$.evidence.sha256' = sha256, false)
UNION
SELECT piece, 'target' FROM pieces JOIN wants USING (piece)
  LEFT JOIN environments ON environments.piece = pieces.piece AND environment = target
WHERE NOT coalesce(list_contains(want ->> '$.roles[*]', role), false)
UNION
SELECT piece, 'nonce' FROM wants
WHERE (SELECT count(*) FROM asked WHERE asked.piece = wants.piece) <> 1
   OR NOT coalesce((SELECT bool_and(value = want ->> '$.nonce') FROM asked WHERE asked.piece = wants.piece), false)
UNION
SELECT piece, 'debug' FROM pieces JOIN wants USING (piece)
WHERE NOT coalesce((want ->> '$.debug')::BOOLEAN, false) AND NOT coalesce(starts_with(target_debug, 'disabled'), false)
UNION
SELECT piece, 'migration' FROM pieces JOIN wants USING (piece)
  LEFT JOIN environments ON environments.piece = pieces.piece AND environment = target
WHERE NOT coalesce((want ->> '$.migration')::BOOLEAN, false)
  AND NOT coalesce(migration IN ('not-allowed', 'not-defined'), false)
UNION
SELECT piece, 'measurement' FROM wants WHERE piece NOT IN (SELECT piece FROM goldens)
UNION
SELECT piece, 'measurement' FROM goldens JOIN pieces USING (piece)
WHERE (
  SELECT count(*) FROM measurements
  WHERE measurements.piece = pieces.piece AND environment = target AND measurements.name = goldens.name
) <> 1 OR NOT coalesce((
  SELECT bool_and(populated AND len(measurements.digests) > 0 AND list_has_all(goldens.digests, measurements.digests))
  FROM measurements
  WHERE measurements.piece = pieces.piece AND environment = target AND measurements.name = goldens.name
), false)
UNION
SELECT piece, 'floor' FROM floored
WHERE layout IS NULL OR (piece, layout) NOT IN (SELECT (piece, layout) FROM floors)
UNION
SELECT floored.piece, 'floor'
FROM floored JOIN floors ON floors.piece = floored.piece AND floors.layout = floored.layout
  LEFT JOIN tcb_components AS component ON component.piece = floored.piece
    AND component.environment = floored.environment AND component.tcb = floored.name AND component.name = floors.name
WHERE NOT coalesce(CASE component.compare
  WHEN 'ordered' THEN svn >= (least ->> floors.name)::BIGINT
  WHEN 'equal' THEN svn = (least ->> floors.name)::BIGINT END, false)
UNION
SELECT piece, 'unbound' FROM facts WHERE status = 'differs'
UNION
SELECT piece, 'unbound' FROM bindings
WHERE role = 'key-binding' AND NOT EXISTS (
  SELECT 1 FROM facts WHERE facts.piece = bindings.piece AND status = 'matches'
    AND compared_to = '/bindings/' || replace(replace(bindings.name, '~', '~0'), '/', '~1'))
UNION
SELECT piece, 'uncovered' FROM relied JOIN lost USING (piece)
WHERE starts_with(relied.path || '/', lost.path || '/') OR starts_with(lost.path, relied.path || '/')
UNION
SELECT piece, 'provisional' FROM pieces JOIN wants USING (piece)
WHERE NOT coalesce((want ->> '$.provisional')::BOOLEAN, false) AND NOT coalesce(status = 'stable', false)
UNION
SELECT piece, 'note' FROM notes JOIN wants USING (piece)
WHERE NOT coalesce(list_contains(want ->> '$.notes[*]', code), false);

CREATE OR REPLACE VIEW decisions AS
SELECT piece, count(reason) = 0 AS allow, list(reason ORDER BY reason) FILTER (reason IS NOT NULL) AS reasons
FROM documents LEFT JOIN reasons USING (piece) GROUP BY piece ORDER BY piece;
