-- Why a staged day could not be booked: written by derive, replaced whole with each try, empty once the day is booked.

CREATE TABLE staging.problem (
    box           text NOT NULL,
    business_date date NOT NULL,
    problem       integer NOT NULL CHECK (problem > 0),
    mapping       text NOT NULL,
    kind          text NOT NULL,
    posting       text NOT NULL,
    attributes    jsonb NOT NULL,
    documents     integer NOT NULL CHECK (documents > 0),
    amount        numeric(18, 2) NOT NULL,
    currency      char(3) NOT NULL,
    examples      text[] NOT NULL,
    message       text NOT NULL,
    fix           text NOT NULL,
    mapping_table text NOT NULL,
    found_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (box, business_date, problem),
    FOREIGN KEY (box, business_date) REFERENCES staging.day
);
COMMENT ON TABLE staging.problem IS 'What keeps a staged day from being booked, with how many documents and how much money each.';
COMMENT ON COLUMN staging.problem.posting IS 'What could not be booked ("payment: debit net"); the kind of document alone where it is all of it.';
COMMENT ON COLUMN staging.problem.examples IS 'The keys of the first few documents.';
COMMENT ON COLUMN staging.problem.fix IS 'What to write in the mapping; empty where the mapping cannot mend it.';
COMMENT ON COLUMN staging.problem.mapping_table IS 'The table of the mapping that lacks a value; empty where there is none.';
