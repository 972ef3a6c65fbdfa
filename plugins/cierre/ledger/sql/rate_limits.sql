-- name: make_slots!
INSERT INTO vendor.request_slot (connection, slot)
SELECT :connection, generate_series(1, :slots)
ON CONFLICT DO NOTHING;

-- name: take^
-- The slot that has been free for longest, leased; no row where none is free.
UPDATE vendor.request_slot SET free_at = clock_timestamp() + make_interval(secs => :lease_seconds)
 WHERE connection = :connection
   AND slot = (
       SELECT slot FROM vendor.request_slot
        WHERE connection = :connection AND slot <= :slots AND greatest(free_at, paused_until) <= clock_timestamp()
        ORDER BY free_at LIMIT 1
          FOR UPDATE SKIP LOCKED)
RETURNING slot, free_at;

-- name: seconds_to_wait$
-- Until the first slot is free, as far as is known now; null where not all slots are there yet.
SELECT CASE WHEN count(*) = :slots
            THEN extract(epoch FROM min(greatest(free_at, paused_until)) - clock_timestamp())::float END
  FROM vendor.request_slot WHERE connection = :connection AND slot <= :slots;

-- name: give_back!
-- Unless its lease ran out, and another has it.
UPDATE vendor.request_slot SET free_at = clock_timestamp() + make_interval(secs => :rest)
 WHERE connection = :connection AND slot = :number AND free_at = :leased_until;

-- name: pause!
UPDATE vendor.request_slot
   SET paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => :seconds))
 WHERE connection = :connection;
