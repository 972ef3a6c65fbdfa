SELECT array_agg(adopted_at IS NOT NULL ORDER BY attempt_id) = ARRAY[false, false, true, false]
    AS "what was found within the last day is looked for copies of" FROM erp.attempt;
SELECT bool_and((erp.watched_until(attempt) IS NOT NULL) = (adopted_at IS NOT NULL))
    AS "its day is watched, and the others are not" FROM erp.attempt;
SELECT watched_until IS NOT NULL AS "the board says so" FROM board.box_day WHERE box = 't_a';
