# What stands in for the image postgres:16 where that cannot be fetched: Debian's PostgreSQL.
FROM localhost/xpps_test/debian
COPY postgres-entrypoint /usr/local/bin/
RUN install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data
ENV PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entrypoint"]
