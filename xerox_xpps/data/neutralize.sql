-- What a copy of the database does is no news to the programs that the original tells.
UPDATE xpps_webhook SET active = FALSE;
