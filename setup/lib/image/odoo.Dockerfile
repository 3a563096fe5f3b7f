# What stands in for the image odoo:19 where that cannot be fetched: Debian with the Odoo that the tests run with.
# Its Python packages are not in it: docker/Dockerfile brings them. By way of the machine's own settings of pip, and of
# whom it trusts (context "machine"), from where the machine gets them.
FROM localhost/xpps_test/debian
COPY . /
COPY --from=machine . /
RUN useradd --system --home-dir /var/lib/odoo --create-home odoo && mkdir -p /etc/odoo
VOLUME /var/lib/odoo
USER odoo
