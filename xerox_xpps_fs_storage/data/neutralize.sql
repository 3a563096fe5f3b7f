-- A copy of the database must not move or delete files that the original has yet to fetch.
UPDATE xpps_fetch_source SET active = FALSE;
