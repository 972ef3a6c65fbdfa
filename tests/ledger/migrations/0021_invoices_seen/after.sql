SELECT snapshot_id = (SELECT max(snapshot_id) FROM landing.snapshot)
    AS "landings before are known to be older than these tables" FROM landing.invoices_kept_since;
