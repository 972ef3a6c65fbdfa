SELECT state = 'changed' AS "a day whose books are not in the ERP is not closed" FROM board.box_day WHERE box = 't_a';
SELECT bool_and(state = 'closed') AS "the others are" FROM board.box_day WHERE box <> 't_a';
