-- What waited when a database was copied is the original's to do.
UPDATE queue_job
   SET state = 'cancelled', date_cancelled = now() AT TIME ZONE 'UTC'
 WHERE model_name IN ('xpps.billing.file', 'xpps.billing.run.line')
   AND state IN ('wait_dependencies', 'pending', 'enqueued', 'started');
